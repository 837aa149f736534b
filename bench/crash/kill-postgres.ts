import { readdirSync, readFileSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'

/** `kill -9` of a whole server, its main process first, then every process that it started. */
export async function killPostgres<DB>(db: Kysely<DB>): Promise<void> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  const main = parentOf(rows[0]?.pid ?? 0)
  if (main === undefined || main <= 1) throw new Error('the server’s main process is not known')
  const children = readdirSync('/proc').filter((name) => parentOf(Number(name)) === main)
  for (const pid of [main, ...children.map(Number)]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with its parent.
    }
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
