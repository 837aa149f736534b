import { hkdfSync } from 'node:crypto'
import path from 'node:path'
import type { Kysely } from 'kysely'
import { decodeBase64url } from '#crypto/base64url'
import { Secret } from '#crypto/secret'
import { keyPairFromSeed, SEED_BYTES } from '#crypto/sign/key-pair'
import type { Clock } from '#runtime/clock'
import { openFileGuard } from './fork-guard.ts'
import { type Evidence, openEvidence } from './log.ts'
import { logName } from './log-owner.ts'
import { cosignedMessage, noteVerifier } from './note-key.ts'
import type { Cosigner, NoteSigner } from './note-signer.ts'

/** Whose log it is, where, and the secret that wraps the party's keys. */
export interface PartyLogOptions<DB> {
  readonly db: Kysely<DB>
  readonly did: string
  readonly spaceId: string
  readonly wrappingKey: Secret
  /** Keeps the guard against forks, outside the database. */
  readonly state: string
  readonly clock: Clock
}

/** A party's own log: opened with its log key and a guard file in its state folder. */
export async function openPartyLog<DB>(options: PartyLogOptions<DB>): Promise<Evidence> {
  const { db, spaceId, state, clock } = options
  const signer = await partyLogSigner(options)
  const file = path.join(state, 'evidence-guard')
  const guard = await openFileGuard(file, signer.verifier.name)
  return openEvidence({ db, spaceId, signer, guard, clock })
}

/** Whose keys, in which space, and what they are derived from. */
export type KeyRoot = Pick<PartyLogOptions<never>, 'did' | 'spaceId' | 'wrappingKey'>

/**
 * The key that signs a party's checkpoints. It is derived from the secret that wraps the party's
 * other keys (HKDF, label `baotu/log-key`), so it outlives their rotation and is stored nowhere.
 * Its verifier key is what the directory lists as the party's `log`.
 */
export async function partyLogSigner(root: KeyRoot): Promise<NoteSigner> {
  const name = logName(root.did, root.spaceId)
  const { jwk, privateKey } = await derivedKey(root, 'baotu/log-key')
  const verifier = noteVerifier(name, 'ed25519', decodeBase64url(jwk.x))
  return {
    verifier,
    sign: async (text) => {
      const message = new TextEncoder().encode(text)
      const signature = await crypto.subtle.sign('Ed25519', privateKey, message)
      const { keyId } = verifier
      return { name, keyId, signature: new Uint8Array(signature) }
    },
  }
}

/**
 * The key by which a party witnesses others' logs (C2SP tlog-cosignature, cosignature/v1), derived
 * like the log key under the label `baotu/witness-key`. It bears the name of the party's own log,
 * so that everybody sees whose word it is and nobody counts a party's word on its own log. Its
 * verifier key is what the directory lists as the party's `witness`.
 */
export async function partyCosigner(root: KeyRoot): Promise<Cosigner> {
  const kind = 'ed25519-cosignature'
  const name = logName(root.did, root.spaceId)
  const { jwk, privateKey } = await derivedKey(root, 'baotu/witness-key')
  const verifier = noteVerifier(name, kind, decodeBase64url(jwk.x))
  return {
    verifier,
    cosign: async (text, seconds) => {
      const time = Buffer.alloc(8)
      time.writeBigUInt64BE(BigInt(seconds))
      const message = Uint8Array.from(cosignedMessage(kind, name, text, BigInt(seconds)))
      const signature = await crypto.subtle.sign('Ed25519', privateKey, message)
      const { keyId } = verifier
      return { name, keyId, signature: Buffer.concat([time, Buffer.from(signature)]) }
    },
  }
}

async function derivedKey({ did, spaceId, wrappingKey }: KeyRoot, label: string) {
  const name = logName(did, spaceId)
  const derived = wrappingKey.use((bytes) => {
    return new Uint8Array(hkdfSync('sha256', bytes, label, name, SEED_BYTES))
  })
  using seed = Secret.take(derived)
  return keyPairFromSeed('sign', seed)
}
