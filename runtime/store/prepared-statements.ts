/**
 * Sessions that keep the plans of their statements, which the server then parses and plans once. The
 * driver prepares what has a name, so every statement with parameters gets one (PostgreSQL, PREPARE;
 * it plans anew where one plan does not suit all values).
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** No session keeps more plans; a program's further statements are planned each time. */
export const PREPARED_LIMIT = 200
// Columns that are not spelled out may change under a running program; a kept plan would then fail.
const EVERY_COLUMN = /[\s.]\*/

/** The pool as the query builder takes one. */
export function withPreparedStatements(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    if (!names.has(text) && names.size < PREPARED_LIMIT && !EVERY_COLUMN.test(text)) {
      names.set(text, `statement ${names.size}`)
    }
    return names.get(text)
  }
  const sessions = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    connect: async () => {
      const client = await pool.connect()
      const session = sessions.get(client) ?? preparing(client, nameOf)
      sessions.set(client, session)
      return session
    },
    end: () => pool.end(),
  }
}

// The builder's type of a session knows no names; what the driver answers passes through.
function preparing(
  client: pg.PoolClient,
  nameOf: (text: string) => string | undefined,
): PostgresPoolClient {
  const query = (text: unknown, values: readonly unknown[] = []) => {
    const name = values.length > 0 ? nameOf(String(text)) : undefined
    return Reflect.apply(client.query, client, [{ text, values, name }])
  }
  return { query, release: (destroy) => client.release(destroy) }
}
