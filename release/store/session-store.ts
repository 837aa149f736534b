import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Random } from '#crypto/random'
import { type InTransaction, transactionsOf } from '#runtime/store/transaction'
import { ReleaseError } from '../errors.ts'
import type { ReleaseDatabase, ReleaseSessionTable } from './schema.ts'

export type ReleaseSession = Selectable<ReleaseSessionTable>
type Row = Omit<ReleaseSession, 'space_id' | 'created_at'>

/** The sessions of one space. Every change of state names the state it leaves. */
export class SessionStore {
  readonly #db: Kysely<ReleaseDatabase>
  readonly #spaceId: string
  /** Serialisable transactions: whoever loses a race does its work again or is refused. */
  readonly transaction: InTransaction<ReleaseDatabase>

  constructor(db: Kysely<ReleaseDatabase>, spaceId: string, random: Random) {
    this.#db = db
    this.#spaceId = spaceId
    this.transaction = transactionsOf(db, { random })
  }

  async find(invitation: string): Promise<ReleaseSession | undefined> {
    return this.#db
      .selectFrom('release_session')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .executeTakeFirst()
  }

  async insert(
    tx: Transaction<ReleaseDatabase>,
    row: Pick<Row, 'invitation' | 'sid' | 'opening' | 'expires_at'>,
  ): Promise<void> {
    await tx
      .insertInto('release_session')
      .values({ ...row, space_id: this.#spaceId, state: 'opened' })
      .execute()
  }

  /**
   * Moves a session out of one of the states `from`. Throws `SESSION_ENDED` where it has left them
   * already, so that the caller's transaction is undone with its log entry: a log never tells of
   * an outcome that was not the session's.
   */
  async move(
    tx: Transaction<ReleaseDatabase>,
    invitation: string,
    from: readonly ReleaseSession['state'][],
    change: Partial<Omit<Row, 'invitation'>>,
  ): Promise<void> {
    const { numUpdatedRows } = await tx
      .updateTable('release_session')
      .set(change)
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('state', 'in', from)
      .executeTakeFirst()
    if (numUpdatedRows === 1n) return
    throw new ReleaseError('SESSION_ENDED', 'the session has ended otherwise')
  }
}
