/**
 * The keys by which a party speaks in evidence. Each is derived from the secret that wraps the
 * party's other keys (HKDF-SHA-256, a label each), so it outlives their rotation and is stored
 * nowhere. All bear the name of the party's own log, so that everybody sees whose word it is and
 * nobody counts a party's word on its own log. Node only.
 */
import { createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Random } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { SM2_SEED_BYTES, sm2PrivateKey } from '#crypto/sign/sm2'
import type { WitnessAlgorithm } from '#runtime/party-config'
import { logName } from './log-owner.ts'
import { type Cosigner, cosigner, ed25519NoteSigner, type NoteSigner } from './note-signer.ts'
import { sm2NoteSigner } from './sm2-note.ts'

/** Whose keys, in which space, and what they are derived from. */
export interface KeyRoot {
  readonly did: string
  readonly spaceId: string
  readonly wrappingKey: Secret
}

// PKCS #8 of a 32-byte seed is a fixed prefix, the seed last: RFC 8410, RFC 9881.
const PKCS8 = {
  ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  'ml-dsa-44': Buffer.from('3034020100300b060960864801650304031104228020', 'hex'),
} as const

const LABELS = { ed25519: 'baotu/witness-key', 'ml-dsa-44': 'baotu/witness-key/ml-dsa-44' } as const

/** Signs a party's checkpoints; its verifier key is what the directory lists as `log`. */
export function partyLogSigner(root: KeyRoot): NoteSigner {
  const name = logName(root.did, root.spaceId)
  return ed25519NoteSigner(name, derivedKey(root, 'baotu/log-key', 'ed25519'))
}

/** Adds the SM2 line to a party's checkpoints; the directory lists its key as `sm2`. */
export function partySm2Signer(root: KeyRoot, random: Random): NoteSigner {
  using seed = derived(root, 'baotu/log-key/sm2', SM2_SEED_BYTES)
  const privateKey = Secret.take(seed.use(sm2PrivateKey))
  return sm2NoteSigner(logName(root.did, root.spaceId), privateKey, random)
}

/** Witnesses others' logs (C2SP tlog-cosignature); the directory lists its key as `witness`. */
export function partyCosigner(root: KeyRoot, algorithm: WitnessAlgorithm = 'ed25519'): Cosigner {
  const key = derivedKey(root, LABELS[algorithm], algorithm)
  return cosigner(logName(root.did, root.spaceId), key)
}

function derivedKey(root: KeyRoot, label: string, algorithm: WitnessAlgorithm): KeyObject {
  using seed = derived(root, label, 32)
  const der = seed.use((bytes) => Buffer.concat([PKCS8[algorithm], bytes]))
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } finally {
    der.fill(0)
  }
}

function derived({ did, spaceId, wrappingKey }: KeyRoot, label: string, bytes: number): Secret {
  const name = logName(did, spaceId)
  return Secret.take(
    wrappingKey.use((key) => new Uint8Array(hkdfSync('sha256', key, label, name, bytes))),
  )
}
