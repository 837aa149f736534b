import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CryptoError } from '../errors.ts'

/** Text of a file that only its owner may read. `KEY_FILE_MISSING`, `KEY_FILE_MODE`. */
export async function readPrivateFile(path: string): Promise<string> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new CryptoError('KEY_FILE_MODE', 'key file is open to others: chmod 600')
    }
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw cause
    throw new CryptoError('KEY_FILE_MISSING', 'no key file: create one first', { cause })
  }
}

/** Writes a new file of mode 0600, on disk when this returns. `KEY_FILE_EXISTS`. */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  try {
    await writeSynced(path, text)
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
    throw new CryptoError('KEY_FILE_EXISTS', 'a key file is already there', { cause })
  }
  await syncFolder(path)
}

/** Replaces the file in one step: a crash leaves the old or the new text, never a mixture. */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`
  await rm(next, { force: true })
  await writeSynced(next, text)
  await rename(next, path)
  await syncFolder(path)
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await using folder = await open(dirname(path), 'r')
  await folder.sync()
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
