import { type KeyObject, sign } from 'node:crypto'
import { cosignedMessage, type NoteVerifier, noteVerifier, rawPublicKey } from './note-key.ts'
import type { NoteSignature } from './signed-note.ts'

/** Signs a log's own checkpoints. Never sign two that are inconsistent: the sequencer sees to it. */
export interface NoteSigner {
  readonly verifier: NoteVerifier
  sign(text: string): Promise<NoteSignature>
}

/** Cosigns other logs' checkpoints with a time (C2SP tlog-cosignature). */
export interface Cosigner {
  readonly verifier: NoteVerifier
  /** `seconds` since the epoch; never 0. */
  cosign(text: string, seconds: number): Promise<NoteSignature>
}

/** An Ed25519 line of a log named `name`; for a checkpoint, the name is the log's origin. */
export function ed25519NoteSigner(name: string, key: KeyObject): NoteSigner {
  const verifier = noteVerifier(name, 'ed25519', rawPublicKey('ed25519', key))
  return {
    verifier,
    sign: async (text) => signed(verifier, sign(null, Buffer.from(text), key)),
  }
}

/** A cosigner of this name; the key's type decides the kind, Ed25519 or ML-DSA-44. */
export function cosigner(name: string, key: KeyObject): Cosigner {
  const kind =
    key.asymmetricKeyType === 'ml-dsa-44' ? 'ml-dsa-44-cosignature' : 'ed25519-cosignature'
  const verifier = noteVerifier(name, kind, rawPublicKey(kind, key))
  const cosign = async (text: string, seconds: number) => {
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(seconds))
    const message = cosignedMessage(kind, name, text, BigInt(seconds))
    return signed(verifier, Buffer.concat([time, sign(null, message, key)]))
  }
  return { verifier, cosign }
}

function signed({ name, keyId }: NoteVerifier, signature: Uint8Array): NoteSignature {
  return { name, keyId, signature }
}
