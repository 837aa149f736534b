import { readdirSync, readFileSync } from 'node:fs'
import { TINY } from '#test/support/tiny-policies'
import type { TinySpace } from '#test/support/tiny-space'

/**
 * Kills a session of the database server, which then ends every session, drops its shared memory
 * and recovers from its log: what a crash of the whole is to all parties.
 */
export async function killServer({ select }: TinySpace): Promise<void> {
  const sessions = await select<{ pid: number }>(
    TINY.gateway,
    `select pid from pg_stat_activity where datname = current_database()
     and pid <> pg_backend_pid() limit 1`,
  ).catch(() => [])
  for (const { pid } of sessions) process.kill(pid, 'SIGKILL')
}

/** Kills the process in which a bureau's aggregation runs. */
export function killEngine({ crew }: TinySpace): void {
  for (const pid of childrenOf(crew.process('jinan').pid)) process.kill(pid, 'SIGKILL')
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => parentOf(pid) === parent).map(Number)
}

// `<pid> (<name>) <state> <parent> …`, and a name may hold anything.
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
