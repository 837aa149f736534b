import { CryptoError } from '../errors.ts'
import type { Random } from '../random.ts'
import { Secret } from '../secret.ts'
import { createSigner, type Signer } from './jws.ts'
import { type KeyPair, keyPairFromSeed, SEED_BYTES } from './key-pair.ts'
import type { KeyProvider, KeyPurpose, PublicKeyRecord, SealingKey } from './key-provider.ts'
import { DEFAULT_SUITE } from './suite.ts'

/** One key of a ring. Without `pair` only the public half is left: it verifies old signatures. */
export interface RingKey {
  readonly record: PublicKeyRecord
  readonly pair?: KeyPair
}

/** A freshly made key with the seed that a store may wrap; the caller disposes the seed. */
export interface FreshKey {
  readonly key: RingKey
  readonly seed: Secret
}

/** How long fresh keys are valid, from when, and from which randomness. */
export interface KeyPolicy {
  readonly did: string
  readonly now: () => number
  readonly random: Random
  /** Validity of a fresh key in ms; rotate well before it ends. */
  readonly lifetimeMs: number
}

/** Where a ring comes from and how its successor is made; `rotate` persists before it answers. */
export interface RingSource {
  readonly did: string
  readonly now: () => number
  readonly keys: readonly RingKey[]
  readonly rotate: (current: readonly RingKey[]) => Promise<readonly RingKey[]>
}

/** A key provider over a list of keys, oldest first. */
export function createKeyRing({ did, now, keys: initial, rotate }: RingSource): KeyProvider {
  let keys = initial
  const valid = (purpose: KeyPurpose) =>
    keys.filter(({ record }) => record.purpose === purpose && isValid(record, now()))
  return {
    did,
    signer: (): Signer => {
      const { kid, privateKey } = newest(valid('sign'))
      return createSigner({ did, kid, suite: DEFAULT_SUITE.id, key: privateKey })
    },
    sealing: (): SealingKey => newest(valid('seal')),
    opening: (kid) => valid('seal').find(({ record }) => record.kid === kid)?.pair,
    publicKeys: () => keys.map(({ record }) => record).filter(({ notAfter }) => now() < notAfter),
    rotate: async () => {
      keys = await rotate(keys)
    },
  }
}

/** A provider whose keys live in memory only: one session's identity, or a test's. */
export async function createMemoryKeys(policy: KeyPolicy): Promise<KeyProvider> {
  const rotate = async (current: readonly RingKey[]) => {
    const fresh = await freshKeys(policy)
    for (const { seed } of fresh) seed[Symbol.dispose]()
    return [...retained(current, policy.now()), ...fresh.map(({ key }) => key)]
  }
  return createKeyRing({ ...policy, keys: await rotate([]), rotate })
}

/** One fresh key per purpose, valid from now. */
export async function freshKeys(policy: KeyPolicy): Promise<readonly FreshKey[]> {
  return Promise.all([freshKey('sign', policy), freshKey('seal', policy)])
}

/**
 * What stays of a ring when it rotates: nothing past its notAfter, sealing keys whole, signing
 * keys as public halves only, so that a key that no longer signs cannot be stolen to sign.
 */
export function retained(keys: readonly RingKey[], at: number): readonly RingKey[] {
  const live = keys.filter(({ record }) => at < record.notAfter)
  return live.map((key) => (key.record.purpose === 'sign' ? { record: key.record } : key))
}

async function freshKey(purpose: KeyPurpose, policy: KeyPolicy): Promise<FreshKey> {
  const seed = Secret.random(SEED_BYTES, policy.random)
  const pair = await keyPairFromSeed(purpose, seed)
  const notBefore = policy.now()
  const notAfter = notBefore + policy.lifetimeMs
  const record = { kid: pair.kid, purpose, jwk: pair.jwk, notBefore, notAfter }
  return { key: { record, pair }, seed }
}

function isValid({ notBefore, notAfter }: PublicKeyRecord, at: number): boolean {
  return notBefore <= at && at < notAfter
}

function newest(keys: readonly RingKey[]): KeyPair {
  const pair = keys.at(-1)?.pair
  if (pair === undefined) throw new CryptoError('KEY_EXPIRED', 'no valid key: rotate the key file')
  return pair
}
