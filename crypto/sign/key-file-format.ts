import { createCipheriv, createDecipheriv } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import { canonical } from '../digest.ts'
import { CryptoError } from '../errors.ts'
import type { Random } from '../random.ts'
import { Secret } from '../secret.ts'
import { keyPairFromSeed, SEED_BYTES } from './key-pair.ts'
import type { PublicKeyRecord } from './key-provider.ts'
import type { RingKey } from './key-ring.ts'

/** A key and, where its private half is kept, the seed it comes from. */
export interface SeededKey {
  readonly key: RingKey
  readonly seed?: Secret
}

/** Whose keys they are and the 32-byte key that wraps them. */
export interface Wrapping {
  readonly did: string
  readonly wrappingKey: Secret
}

/** The public part, authenticated as AAD: records in order and which of them have a seed. */
type Manifest = {
  readonly format: 'baotu-key-file@1'
  readonly did: string
  readonly keys: readonly { readonly record: PublicKeyRecord; readonly held: boolean }[]
}

type KeyFile = { readonly manifest: Manifest; readonly nonce: string; readonly sealed: string }

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * The text of a key file: the public manifest, and AES-256-GCM over the seeds in manifest order
 * with the manifest's JCS as associated data, so neither part can be changed alone.
 */
export function packKeys(wrapping: Wrapping, random: Random, keys: readonly SeededKey[]): string {
  const entries = keys.map(({ key, seed }) => ({ record: key.record, held: seed !== undefined }))
  const manifest: Manifest = { format: 'baotu-key-file@1', did: wrapping.did, keys: entries }
  const nonce = random(NONCE_BYTES)
  using seeds = joined(keys.flatMap(({ seed }) => (seed === undefined ? [] : [seed])))
  const sealed = checkedKey(wrapping).use((key) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(canonical(manifest))
    const body = seeds.use((bytes) => Buffer.concat([cipher.update(bytes), cipher.final()]))
    return Buffer.concat([body, cipher.getAuthTag()])
  })
  const file: KeyFile = { manifest, nonce: encodeBase64url(nonce), sealed: encodeBase64url(sealed) }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** The keys of a file; a wrong key, any change or another owner is `KEY_FILE_UNREADABLE`. */
export async function unpackKeys(wrapping: Wrapping, text: string): Promise<readonly SeededKey[]> {
  checkedKey(wrapping)
  try {
    const file = JSON.parse(text) as KeyFile
    using seeds = unseal(file, wrapping)
    if (file.manifest.did !== wrapping.did) throw new Error('file of another participant')
    return await seeded(file.manifest, seeds)
  } catch (cause) {
    throw new CryptoError('KEY_FILE_UNREADABLE', 'wrong wrapping key or changed file', { cause })
  }
}

function unseal({ manifest, nonce, sealed }: KeyFile, { wrappingKey }: Wrapping): Secret {
  return wrappingKey.use((key) => {
    const bytes = decodeBase64url(sealed)
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv('aes-256-gcm', key, decodeBase64url(nonce), options)
    decipher.setAAD(canonical(manifest)).setAuthTag(bytes.subarray(-TAG_BYTES))
    const body = decipher.update(bytes.subarray(0, -TAG_BYTES))
    decipher.final()
    return Secret.take(body)
  })
}

async function seeded(manifest: Manifest, seeds: Secret): Promise<readonly SeededKey[]> {
  const keys: SeededKey[] = []
  let at = 0
  for (const { record, held } of manifest.keys) {
    const seed = held ? seedAt(seeds, at++) : undefined
    keys.push(seed === undefined ? { key: { record } } : await seededKey(record, seed))
  }
  return keys
}

async function seededKey(record: PublicKeyRecord, seed: Secret): Promise<SeededKey> {
  const pair = await keyPairFromSeed(record.purpose, seed)
  if (pair.kid !== record.kid) throw new Error('seed of another key')
  return { key: { record, pair }, seed }
}

function seedAt(seeds: Secret, index: number): Secret {
  return seeds.use((bytes) =>
    Secret.take(bytes.slice(SEED_BYTES * index, SEED_BYTES * (index + 1))),
  )
}

function joined(seeds: readonly Secret[]): Secret {
  const bytes = new Uint8Array(seeds.length * SEED_BYTES)
  for (const [index, seed] of seeds.entries()) {
    seed.use((part) => bytes.set(part, index * SEED_BYTES))
  }
  return Secret.take(bytes)
}

function checkedKey({ wrappingKey }: Wrapping): Secret {
  if (wrappingKey.length === 32) return wrappingKey
  throw new CryptoError('SECRET_LENGTH', `wrapping key has ${wrappingKey.length} bytes, not 32`)
}
