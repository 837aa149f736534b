import type { Kysely, Transaction } from 'kysely'
import { backoffMs, type Sleep, systemSleep } from '../backoff.ts'
import type { Random } from '../random.ts'
import { StoreError } from './store-error.ts'

/** Runs work in one transaction, possibly several times: it must have no effect besides. */
export type InTransaction<DB> = <T>(work: (tx: Transaction<DB>) => Promise<T>) => Promise<T>

export interface TransactionOptions {
  readonly random: Random
  readonly sleep?: Sleep
  /** Default 8. */
  readonly attempts?: number
}

/**
 * Transactions as if one ran after the other (PostgreSQL's `serializable`). A collision
 * (40001 serialization failure, 40P01 deadlock) undoes everything and the work is done again after
 * a jittered wait. When the connection breaks at the commit, the outcome is unknown and the error
 * passes: nothing is repeated.
 *
 * @throws StoreError TRANSACTION_CONFLICT after the last attempt; whatever `work` throws
 */
export function transactionsOf<DB>(db: Kysely<DB>, options: TransactionOptions): InTransaction<DB> {
  const { random, sleep = systemSleep, attempts = 8 } = options
  return async (work) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await db.transaction().setIsolationLevel('serializable').execute(work)
      } catch (error) {
        if (!isCollision(error)) throw error
        if (attempt + 1 >= attempts) {
          throw new StoreError('TRANSACTION_CONFLICT', `${attempts} attempts collided`, error)
        }
        await sleep(backoffMs(attempt, random, 10, 500), new AbortController().signal)
      }
    }
  }
}

/**
 * The same, in the order of asking and one after the other in this process, where all work would
 * collide on the same few rows: waiting for one's turn costs less than doing the work again. Other
 * processes still collide, and are undone and repeated as before.
 */
export function oneWriter<DB>(transact: InTransaction<DB>): InTransaction<DB> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(() => transact(work))
    last = turn.catch(() => undefined)
    return turn
  }
}

function isCollision(error: unknown): boolean {
  const code: unknown = Reflect.get(Object(error), 'code')
  return code === '40001' || code === '40P01'
}
