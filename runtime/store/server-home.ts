import { createHash } from 'node:crypto'
import { chmod, mkdir, realpath, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type ServerPrograms, serverPrograms } from './server-programs.ts'
import { isReachable, type ServerUser, serverUser } from './server-user.ts'

/** Where one embedded server lives and what it runs. */
export interface ServerHome {
  /** Holds `cluster/`, `databases/` and `server.log`. */
  readonly folder: string
  /** PostgreSQL's own data folder, in `cluster/`. */
  readonly data: string
  readonly log: string
  readonly programs: ServerPrograms
  readonly user: ServerUser | undefined
}

const SYSTEM_FOLDER = '/var/lib/baotu'

/**
 * Prepares the home of a server below a state folder. Root's own folders are closed to the user
 * that the server runs as; then the home is below /var/lib/baotu under a name derived from the
 * state folder, where a note `moved-to.txt` says so.
 */
export async function serverHome(
  stateFolder: string,
  programs?: ServerPrograms,
): Promise<ServerHome> {
  const user = await serverUser()
  await mkdir(stateFolder, { recursive: true, mode: 0o700 })
  const folder = await homeFolder(await realpath(stateFolder), user)
  return {
    folder,
    data: path.join(folder, 'cluster', 'data'),
    log: path.join(folder, 'server.log'),
    programs: programs ?? (await serverPrograms(user, SYSTEM_FOLDER)),
    user,
  }
}

async function homeFolder(stateFolder: string, user: ServerUser | undefined): Promise<string> {
  // The server's user has to pass through, nobody but us has to list.
  if (!user) return stateFolder
  if (await isReachable(path.dirname(stateFolder), user)) {
    await chmod(stateFolder, 0o711)
    return stateFolder
  }
  const name = createHash('sha256').update(stateFolder).digest('hex').slice(0, 16)
  const folder = path.join(SYSTEM_FOLDER, name)
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
  await writeFile(path.join(stateFolder, 'moved-to.txt'), `${folder}\n`)
  return folder
}
