import { access, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Random } from '#crypto/random'
import { embeddedDatabases } from './databases.ts'
import { claimState, ensureStateFolder, type StateFolder } from './state-folder.ts'

/**
 * Removes a state folder that nobody uses, its embedded server and all that lies in it. One of
 * another space is refused. Databases on an operator's own server stay there.
 *
 * @throws StateError
 */
export async function removeState(
  state: StateFolder,
  spaceId: string,
  random: Random,
): Promise<void> {
  await ensureStateFolder(state.path, spaceId)
  await using _claim = await claimState(state)
  const server = path.join(state.path, 'postgres')
  const exists = await access(server).then(
    () => true,
    () => false,
  )
  if (exists) await removeServer(state, server, random)
  await rm(state.path, { recursive: true, force: true })
}

// A server may still run after a launcher was killed; taking it over and letting go ends it. A
// server of root's lives elsewhere and says where.
async function removeServer(state: StateFolder, folder: string, random: Random): Promise<void> {
  await embeddedDatabases(state, random).then(
    (databases) => databases[Symbol.asyncDispose](),
    () => undefined,
  )
  const moved = await readFile(path.join(folder, 'moved-to.txt'), 'utf8').catch(() => '')
  if (moved.trim() !== '') await rm(moved.trim(), { recursive: true, force: true })
}
