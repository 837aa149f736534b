import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { encodeBase64url } from '#crypto/base64url'
import type { Random } from '#crypto/random'
import type { Secret } from '#crypto/secret'
import { createKeyFile, openKeyFile } from '#crypto/sign/key-file'
import type { KeyProvider } from '#crypto/sign/key-provider'
import { partyCosigner, partyLogSigner, partySm2Signer } from '#evidence/log-keys'
import type { WitnessAlgorithm } from '#runtime/party-config'
import { readSecret } from '#runtime/secret-source'
import { ensurePrivate } from './private-file.ts'

const DAY = 86_400_000
/** How long a fresh key counts, and how long before its end it is replaced at the next start. */
const LIFETIME_MS = 365 * DAY
const RENEW_MS = 30 * DAY

/** Files below a party's folder, as its configuration names them. */
export const KEY_FILE = 'keys.json'
export const WRAPPING_KEY_FILE = 'wrapping-key'

export interface KeyOwner {
  readonly did: string
  readonly spaceId: string
  readonly folder: string
  readonly witnessKey?: WitnessAlgorithm | undefined
}

export interface KeyMaking {
  readonly now: () => number
  readonly random: Random
}

/** A party's keys and, as the directory lists them, the keys by which it speaks in evidence. */
export interface PartyKeys {
  readonly ring: KeyProvider
  readonly log: string
  readonly witness: string
  readonly sm2: string
}

/**
 * The keys of one party: made at the first start, kept ever after, replaced before they end. They
 * lie in a file wrapped by a random key of its own, both readable by their owner alone.
 */
export async function ensureKeys(owner: KeyOwner, making: KeyMaking): Promise<PartyKeys> {
  await mkdir(owner.folder, { recursive: true, mode: 0o700 })
  const wrappingKey = await wrappingKeyOf(owner, making)
  const ring = await openOrCreate(owner, wrappingKey, making)
  const newest = ring.publicKeys().findLast(({ purpose }) => purpose === 'sign')
  if (newest === undefined || newest.notAfter - making.now() < RENEW_MS) await ring.rotate()
  const log = partyLogSigner({ ...owner, wrappingKey })
  const witness = partyCosigner({ ...owner, wrappingKey }, owner.witnessKey)
  const sm2 = partySm2Signer({ ...owner, wrappingKey }, making.random)
  return {
    ring,
    log: log.verifier.vkey,
    witness: witness.verifier.vkey,
    sm2: sm2.verifier.vkey,
  }
}

async function wrappingKeyOf({ folder }: KeyOwner, { random }: KeyMaking): Promise<Secret> {
  // A secret file holds text: 32 characters are the 32 bytes of the key, with 192 random bits.
  await ensurePrivate(path.join(folder, WRAPPING_KEY_FILE), () => encodeBase64url(random(24)))
  return readSecret({ file: WRAPPING_KEY_FILE }, folder)
}

async function openOrCreate(
  { did, folder }: KeyOwner,
  wrappingKey: Secret,
  { now, random }: KeyMaking,
): Promise<KeyProvider> {
  const file = path.join(folder, KEY_FILE)
  const options = { did, path: file, wrappingKey, now, random, lifetimeMs: LIFETIME_MS }
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  return exists ? openKeyFile(options) : createKeyFile(options)
}
