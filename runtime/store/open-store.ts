import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { migrate } from './migrate.ts'
import type { MigrationSet } from './migration.ts'
import { withPreparedStatements } from './prepared-statements.ts'
import { StoreError } from './store-error.ts'

export interface StoreOptions {
  /** With user, password and database. It is a secret: it appears in no message of ours. */
  readonly url: string
  /** Shown in the server's list of sessions. */
  readonly party: string
  readonly migrations?: readonly MigrationSet[]
  /** Default 10. */
  readonly maxConnections?: number
  /** No statement may run longer. Default 30 s. */
  readonly statementTimeoutMs?: number
  /** Told when an idle connection breaks; the next query opens another. */
  readonly onConnectionLost?: (error: Error) => void
}

/**
 * A party's store: Kysely over PostgreSQL 15 or later, migrated. `bigint` columns and counts are
 * `bigint` in code, `numeric` stays text, so that no sum passes through a double. Close it with
 * `destroy()` or `await using`.
 *
 * @throws StoreError
 */
export async function openStore<DB>(options: StoreOptions): Promise<Kysely<DB>> {
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: withPreparedStatements(openPool(options)) }),
  })
  try {
    await refuseOldServer(db)
    for (const set of options.migrations ?? []) await migrate(db, set)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

function openPool(options: StoreOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: `baotu-${options.party}`,
    max: options.maxConnections ?? 10,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: 10_000,
    // A new session costs a login and all plans anew.
    idleTimeoutMillis: 300_000,
    types: { getTypeParser },
  })
  pool.on('error', options.onConnectionLost ?? (() => undefined))
  // A session that breaks in use, between two statements of a transaction, fails the next one.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const INT8 = 20
const INT8_ARRAY = 1016

// Per pool, because other users of the driver in this process expect its own parsers.
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (format !== 'binary' && oid === INT8) return BigInt
  const parse = pg.types.getTypeParser(oid, format ?? 'text')
  if (format === 'binary' || oid !== INT8_ARRAY) return parse
  return (text: string) =>
    parse(text).map((item: string | null) => (item === null ? null : BigInt(item)))
}

async function refuseOldServer<DB>(db: Kysely<DB>): Promise<void> {
  const { rows } = await sql<{ number: number }>`
    select current_setting('server_version_num')::int as number`.execute(db)
  const major = Math.floor((rows[0]?.number ?? 0) / 10_000)
  if (major < 15) throw new StoreError('STORE_VERSION_UNSUPPORTED', `PostgreSQL ${major}, not 15`)
}
