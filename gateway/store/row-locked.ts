import type { Kysely } from 'kysely'
import type { InTransaction } from '#runtime/store/transaction'

const ATTEMPTS = 5

/**
 * Transactions at `read committed` whose work begins by locking the row that it is about: they run
 * one after the other for one row, each seeing what the one before wrote, and never collide there.
 * A deadlock with something else (40P01), or a queue that was made meanwhile (40001), repeats it.
 */
export function rowLocked<DB>(db: Kysely<DB>): InTransaction<DB> {
  return async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await db.transaction().setIsolationLevel('read committed').execute(work)
      } catch (error) {
        const code: unknown = Reflect.get(Object(error), 'code')
        if ((code !== '40001' && code !== '40P01') || attempt >= ATTEMPTS) throw error
      }
    }
  }
}
