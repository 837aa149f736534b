import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { EmbeddedError } from './embedded-error.ts'

/** Whom the server runs as. PostgreSQL refuses to run as root, rightly. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Nobody else (`undefined`) unless we are root; then the first of these accounts that the machine
 * has: `baotu`, which an operator may create for it, `nobody`, `daemon`, `postgres`. No account is
 * ever created.
 *
 * @throws EmbeddedError EMBEDDED_NO_USER
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = parseAccounts(await readFile('/etc/passwd', 'utf8'))
  for (const name of ['baotu', 'nobody', 'daemon', 'postgres']) {
    const account = accounts.get(name)
    if (account && account.uid !== 0) return account
  }
  throw new EmbeddedError('EMBEDDED_NO_USER', 'no unprivileged account to run PostgreSQL as')
}

/**
 * Whether a user may pass through every folder above a path and read what is there, going by the
 * permission bits alone: an access list that grants more is not seen, which only costs a copy.
 */
export async function isReachable(target: string, { uid, gid }: ServerUser): Promise<boolean> {
  for (let place = path.resolve(target); ; place = path.dirname(place)) {
    const found = await stat(place).catch(() => undefined)
    if (found) {
      const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0
      const needed = place === path.resolve(target) ? 0o5 : 0o1
      if (((found.mode >> shift) & needed) !== needed) return false
    }
    if (place === path.dirname(place)) return true
  }
}

function parseAccounts(passwd: string): Map<string, ServerUser> {
  const rows = passwd.split('\n').map((line) => line.split(':'))
  return new Map(
    rows.map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )
}
