import { CryptoError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { packKeys, type SeededKey, unpackKeys } from './key-file-format.ts'
import type { KeyProvider } from './key-provider.ts'
import { createKeyRing, freshKeys, type KeyPolicy, type RingKey, retained } from './key-ring.ts'
import { createPrivateFile, readPrivateFile, replacePrivateFile } from './private-file.ts'

/** Where the keys lie and the 32-byte key that wraps them. There is no default for either. */
export interface KeyFileOptions extends KeyPolicy {
  readonly path: string
  readonly wrappingKey: Secret
}

/**
 * Creates the key file of a new participant, mode 0600. `KEY_FILE_EXISTS` when there is one: keys
 * are never overwritten. `SECRET_LENGTH` when the wrapping key is not 32 bytes.
 */
export async function createKeyFile(options: KeyFileOptions): Promise<KeyProvider> {
  const fresh = await freshKeys(options)
  try {
    await createPrivateFile(options.path, packKeys(options, options.random, fresh))
    return ringOf(options, fresh)
  } finally {
    disposeSeeds(fresh)
  }
}

/**
 * Opens a participant's key file. Refuses a missing file (`KEY_FILE_MISSING`), one that others
 * may read (`KEY_FILE_MODE`), and one that the wrapping key does not open, that was changed or
 * belongs to another participant (`KEY_FILE_UNREADABLE`). An older copy of the file cannot be
 * told from the newest: protect its folder.
 */
export async function openKeyFile(options: KeyFileOptions): Promise<KeyProvider> {
  const stored = await unpackKeys(options, await readPrivateFile(options.path))
  disposeSeeds(stored)
  return ringOf(options, stored)
}

function ringOf(options: KeyFileOptions, seeded: readonly SeededKey[]): KeyProvider {
  const keys = seeded.map(({ key }) => key)
  return createKeyRing({ ...options, keys, rotate: (current) => rotateFile(options, current) })
}

/** One writer per file: a file that differs from what this process holds is not overwritten. */
async function rotateFile(options: KeyFileOptions, current: readonly RingKey[]) {
  const stored = await unpackKeys(options, await readPrivateFile(options.path))
  const fresh = await freshKeys(options)
  try {
    if (kids(stored) !== kids(current.map((key) => ({ key })))) {
      throw new CryptoError('KEY_FILE_CHANGED', 'another process rotated this key file')
    }
    const next = [...withSeeds(retained(current, options.now()), stored), ...fresh]
    await replacePrivateFile(options.path, packKeys(options, options.random, next))
    return next.map(({ key }) => key)
  } finally {
    disposeSeeds([...stored, ...fresh])
  }
}

function withSeeds(keys: readonly RingKey[], stored: readonly SeededKey[]): readonly SeededKey[] {
  return keys.map((key) => {
    const seed = stored.find((other) => other.key.record.kid === key.record.kid)?.seed
    return key.pair === undefined || seed === undefined ? { key } : { key, seed }
  })
}

function kids(keys: readonly SeededKey[]): string {
  return keys.map(({ key }) => key.record.kid).join(' ')
}

function disposeSeeds(keys: readonly SeededKey[]): void {
  for (const { seed } of keys) seed?.[Symbol.dispose]()
}
