import { open } from 'node:fs/promises'
import path from 'node:path'
import { Secret } from '#crypto/secret'
import { readEnvironment } from './config.ts'
import type { SecretReference } from './party-config.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type SecretSourceErrorCode = 'SECRET_UNSET' | 'SECRET_FILE_UNREADABLE' | 'SECRET_FILE_OPEN'

/** A secret is not there or not private. The message names the variable or file, never its text. */
export class SecretSourceError extends Error {
  override readonly name = 'SecretSourceError'
  readonly code: SecretSourceErrorCode

  constructor(code: SecretSourceErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
  }
}

/**
 * The secret that a configuration refers to. There is no default: unset or empty refuses, and so
 * does a file that group or others may read. A file's path is relative to `folder`, the one of the
 * configuration; one line break at its end is not part of the secret.
 *
 * @throws SecretSourceError
 */
export async function readSecret(reference: SecretReference, folder: string): Promise<Secret> {
  if ('env' in reference) return secretFromEnv(reference.env)
  const file = path.resolve(folder, reference.file)
  const text = (await readPrivately(file)).replace(/\r?\n$/, '')
  return secretOf(text, file)
}

/** The secret held by an environment variable. @throws SecretSourceError SECRET_UNSET */
export function secretFromEnv(name: string): Secret {
  return secretOf(readEnvironment(name) ?? '', name)
}

/** The secret as text, for a library that takes nothing else, such as a database URL. */
export function secretText(secret: Secret): string {
  return secret.use((bytes) => Buffer.from(bytes).toString('utf8'))
}

function secretOf(text: string, name: string): Secret {
  if (text === '') throw new SecretSourceError('SECRET_UNSET', `${name} is not set or empty`)
  return Secret.take(new TextEncoder().encode(text))
}

async function readPrivately(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { mode } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new SecretSourceError('SECRET_FILE_OPEN', `${path} is open to others: chmod 600`)
    }
    return await file.readFile('utf8')
  } catch (cause) {
    if (cause instanceof SecretSourceError) throw cause
    throw new SecretSourceError('SECRET_FILE_UNREADABLE', `cannot read ${path}`, cause)
  }
}
