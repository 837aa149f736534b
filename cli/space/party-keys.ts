import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { decodeBase64url, encodeBase64url } from '#crypto/base64url'
import type { Random } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { createKeyFile, openKeyFile } from '#crypto/sign/key-file'
import type { KeyProvider } from '#crypto/sign/key-provider'
import { ensurePrivate } from './private-file.ts'

const DAY = 86_400_000
/** How long a fresh key counts, and how long before its end it is replaced at the next start. */
const LIFETIME_MS = 365 * DAY
const RENEW_MS = 30 * DAY

/** Files below a party's folder, as its configuration names them. */
export const KEY_FILE = 'keys.json'
export const WRAPPING_KEY_FILE = 'wrapping-key'

export interface KeyMaking {
  readonly now: () => number
  readonly random: Random
}

/**
 * The keys of one party: made at the first start, kept ever after, replaced before they end. They
 * lie in a file wrapped by a random key of its own, both readable by their owner alone.
 */
export async function ensureKeys(
  did: string,
  folder: string,
  { now, random }: KeyMaking,
): Promise<KeyProvider> {
  const keys = await openOrCreate(did, folder, { now, random })
  const newest = keys.publicKeys().findLast(({ purpose }) => purpose === 'sign')
  if (newest === undefined || newest.notAfter - now() < RENEW_MS) await keys.rotate()
  return keys
}

async function openOrCreate(did: string, folder: string, { now, random }: KeyMaking) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const wrapped = await ensurePrivate(path.join(folder, WRAPPING_KEY_FILE), () => {
    return `${encodeBase64url(random(32))}\n`
  })
  const wrappingKey = Secret.take(decodeBase64url(wrapped.trim()))
  const file = path.join(folder, KEY_FILE)
  const options = { did, path: file, wrappingKey, now, random, lifetimeMs: LIFETIME_MS }
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  return exists ? openKeyFile(options) : createKeyFile(options)
}
