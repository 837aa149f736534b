import type { Kysely, QueryExecutorProvider, sql } from 'kysely'

/** What the log needs of a party's database, whatever other tables that holds. */
export interface LogDatabase {
  readonly reader: QueryExecutorProvider
  transact<T>(work: (tx: CallerTransaction) => Promise<T>): Promise<T>
  /** Gives one session to the work alone, where each statement is a transaction of its own. */
  hold<T>(work: (session: QueryExecutorProvider) => Promise<T>): Promise<T>
}

/** A caller's transaction; Kysely's own says of itself that it is one. */
export interface CallerTransaction extends QueryExecutorProvider {
  readonly isTransaction: boolean
}

/** READ COMMITTED on purpose: each statement after the lock sees all that committed before it. */
export function logDatabase<DB>(db: Kysely<DB>): LogDatabase {
  return {
    reader: db,
    transact: (work) => db.transaction().setIsolationLevel('read committed').execute(work),
    hold: (work) => db.connection().execute(work),
  }
}

/** One row or none, of a statement that can give no more. */
export async function firstRow<Row>(
  on: QueryExecutorProvider,
  statement: ReturnType<typeof sql<Row>>,
): Promise<Row | undefined> {
  return (await statement.execute(on)).rows[0]
}
