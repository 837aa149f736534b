import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import type { Random } from '../random.ts'
import { EmbeddedError } from './embedded-error.ts'
import { privateText } from './private-text.ts'
import { runProgram } from './run-program.ts'
import type { ServerHome } from './server-home.ts'

const ADMIN_ROLE = 'baotu_admin'

/**
 * Makes the cluster if it is not there: drawn up aside and put in place in one step, together with
 * its password, so that neither a crash nor a second starter leaves half of one. On disk for
 * certain unless the caller runs its server without that too.
 *
 * @throws EmbeddedError EMBEDDED_INIT_FAILED
 */
export async function ensureCluster(
  home: ServerHome,
  random: Random,
  isDurable: boolean,
): Promise<void> {
  const target = path.dirname(home.data)
  if (await exists(target)) return
  const draft = await mkdtemp(`${target}.draft-`)
  try {
    await chmod(draft, 0o711)
    await initialise(home, draft, random, isDurable)
    await rename(draft, target)
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    // Another starter was first: its cluster is ours.
    if (!(await exists(target))) throw cause
  }
}

/** The URL of the role that administers the server; its password is in a file only we may read. */
export async function adminUrl(home: ServerHome, port: number): Promise<string> {
  const file = path.join(path.dirname(home.data), 'admin-password')
  return `postgresql://${ADMIN_ROLE}:${await readFile(file, 'utf8')}@127.0.0.1:${port}/postgres`
}

async function initialise(
  home: ServerHome,
  draft: string,
  random: Random,
  isDurable: boolean,
): Promise<void> {
  const data = path.join(draft, 'data')
  const passwordFile = path.join(draft, 'initial-password')
  const password = await privateText(path.join(draft, 'admin-password'), () =>
    Buffer.from(random(32)).toString('base64url'),
  )
  await mkdir(data, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (home.user) {
    await chown(data, home.user.uid, home.user.gid)
    await chown(passwordFile, home.user.uid, home.user.gid)
  }
  const args = [...initArguments(data, passwordFile), ...(isDurable ? [] : ['--no-sync'])]
  const { code } = await runProgram(home.programs.initdb, args, home)
  await rm(passwordFile)
  if (code !== 0) {
    const message = `initdb ended with ${code}, see ${home.log}`
    throw new EmbeddedError('EMBEDDED_INIT_FAILED', message)
  }
}

// The C locale makes every order of text the order of its bytes, on every machine alike.
function initArguments(data: string, passwordFile: string): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${ADMIN_ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
  ]
}

async function exists(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined)) !== undefined
}
