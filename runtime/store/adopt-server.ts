import pg from 'pg'
import { adminUrl } from './cluster.ts'
import { readPostmaster } from './postmaster.ts'
import type { ServerHome } from './server-home.ts'

export interface Adopted {
  /** A session held as long as we use the server, so that others see it in use. */
  readonly keeper: pg.Client
  readonly port: number
}

/** The server that runs on a home now, if one does and it is the one of this home. */
export async function adopt(home: ServerHome, sessionName: string): Promise<Adopted | undefined> {
  const found = await readPostmaster(home)
  if (!found?.isReady) return undefined
  const keeper = new pg.Client({
    connectionString: await adminUrl(home, found.port),
    application_name: sessionName,
    connectionTimeoutMillis: 5000,
  })
  // A server that ends cuts the session; what works on it notices by itself.
  keeper.on('error', () => undefined)
  try {
    await keeper.connect()
    await keeper.query(`select pg_advisory_lock_shared(${IN_USE})`)
    const { rows } = await keeper.query('show data_directory')
    if (rows[0]?.data_directory === home.data) return { keeper, port: found.port }
  } catch {
    // The lock is left over from a crash and the port is closed, or somebody else's.
  }
  await keeper.end().catch(() => undefined)
  return undefined
}

/**
 * Whether this session may end the server: nobody else is connected, and nobody can adopt it
 * between this answer and the end, because adopting waits for the lock that this took.
 */
export async function mayEnd(keeper: pg.Client): Promise<boolean> {
  const { rows } = await keeper.query(`select pg_try_advisory_lock(${IN_USE}) as is_free`)
  if (rows[0]?.is_free !== true) return false
  if (await isUnused(keeper)) return true
  await keeper.query(`select pg_advisory_unlock(${IN_USE})`)
  return false
}

// Those who adopted hold it together; who ends the server takes it alone.
const IN_USE = "hashtext('baotu in use')"

/** Whether nobody else is connected: not those who adopted the server, nor any client of it. */
export async function isUnused(keeper: pg.Client): Promise<boolean> {
  const { rows } = await keeper.query(
    `select count(*)::int as count from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  )
  return rows[0]?.count === 0
}
