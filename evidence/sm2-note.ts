import { hash } from 'node:crypto'
import type { Random } from '#crypto/random'
import type { Secret } from '#crypto/secret'
import { sm2PublicKey, sm2Sign, sm2Verify } from '#crypto/sign/sm2'
import { EvidenceError } from './evidence-error.ts'
import type { NoteVerifier } from './note-key.ts'
import type { NoteSigner } from './note-signer.ts'
import { decodeBase64 } from './signed-note.ts'

// Type 0xff: no byte is assigned for SM2, so a longer identifier follows, as signed-note advises.
const TYPE = Buffer.concat([Buffer.from([0xff]), Buffer.from('baotu/sm2-sm3@1')])

/**
 * A second line of a log's checkpoints, by SM2 with SM3 (GM/T 0009), for readers who may rely on
 * national cryptography alone. The tree stays SHA-256, and the Ed25519 line stays beside it.
 */
export function sm2NoteSigner(name: string, privateKey: Secret, random: Random): NoteSigner {
  const verifier = sm2NoteVerifier(name, privateKey.use(sm2PublicKey))
  return {
    verifier,
    sign: async (text) => {
      const signature = privateKey.use((key) => sm2Sign(Buffer.from(text), key, random))
      return { name, keyId: verifier.keyId, signature }
    },
  }
}

/** Checks such lines; `publicKey` is uncompressed, 65 bytes. */
export function sm2NoteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (!/^[^\s+]+$/.test(name) || publicKey.length !== 65) {
    throw new EvidenceError('NOTE_KEY_MALFORMED', `name or ${publicKey.length} key bytes`)
  }
  const typed = Buffer.concat([TYPE, publicKey])
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer')
  return {
    name,
    kind: 'other',
    publicKey,
    keyId: keyId.readUInt32BE(0),
    vkey: `${name}+${keyId.toString('hex', 0, 4)}+${typed.toString('base64')}`,
    verify: (text, signature) => sm2Verify(Buffer.from(text), signature, publicKey),
  }
}

/** Reads such a key's text form; NOTE_KEY_MALFORMED for any other. */
export function parseSm2VerifierKey(vkey: string): NoteVerifier {
  const [, name, encoded] = /^([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/.exec(vkey) ?? []
  const typed = encoded === undefined ? undefined : Buffer.from(decodeBase64(encoded))
  const isOurs = typed?.subarray(0, TYPE.length).equals(TYPE)
  const verifier = isOurs && name && sm2NoteVerifier(name, typed?.subarray(TYPE.length) ?? TYPE)
  if (!verifier || verifier.vkey !== vkey) {
    throw new EvidenceError('NOTE_KEY_MALFORMED', 'not an SM2 verifier key')
  }
  return verifier
}
