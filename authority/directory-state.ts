import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { parseMessage } from '#protocol/messages/parse'
import { DigestText, Instant, Jws, Strict } from '#protocol/messages/primitives'
import { AuthorityError } from './authority-error.ts'

/** The newest directory that was signed, kept before it is served. */
export const PublishedDirectory = Strict({
  format: Type.Literal('baotu-directory-state@1'),
  serial: Type.Integer({ minimum: 1 }),
  content: DigestText,
  issuedAt: Instant,
  validUntil: Instant,
  jws: Jws,
})

export type PublishedDirectory = Static<typeof PublishedDirectory>

/** Where an authority remembers what it signed last. */
export interface DirectoryState {
  read(): Promise<PublishedDirectory | undefined>
  /** Durable when it resolves; a crash leaves the former or the new one, never a mixture. */
  write(published: PublishedDirectory): Promise<void>
}

/**
 * The state in one file of `folder`, which only its owner may enter. One process writes it. Throws
 * `DIRECTORY_STATE_UNREADABLE` for a file that it did not write: a serial is never guessed.
 */
export async function openDirectoryState(folder: string): Promise<DirectoryState> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'directory.json')
  return {
    read: () => readState(path),
    write: (published) => replaceFile(folder, path, `${JSON.stringify(published)}\n`),
  }
}

async function readState(path: string): Promise<PublishedDirectory | undefined> {
  try {
    return parseMessage(PublishedDirectory, JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new AuthorityError('DIRECTORY_STATE_UNREADABLE', 'directory.json is not ours', cause)
  }
}

async function replaceFile(folder: string, path: string, text: string): Promise<void> {
  const next = `${path}.next`
  await rm(next, { force: true })
  {
    await using file = await open(next, 'wx', 0o600)
    await file.writeFile(text)
    await file.sync()
  }
  await rename(next, path)
  if (process.platform === 'win32') return
  await using parent = await open(folder, 'r')
  await parent.sync()
}
