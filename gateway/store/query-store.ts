import type { Kysely, Selectable } from 'kysely'
import type { AttemptTable, GatewayDatabase, GatewayTransaction, QueryTable } from './schema.ts'

export type Query = Readonly<Selectable<QueryTable>>
export type Attempt = Readonly<Selectable<AttemptTable>>

/** What a transition changes of an attempt. */
export type AttemptChange = Partial<
  Omit<AttemptTable, 'space_id' | 'invitation' | 'request' | 'attempt' | 'invitation_jws'>
>

/** Queries and their attempts in one space. */
export class QueryStore {
  readonly #db: Kysely<GatewayDatabase>
  readonly #spaceId: string

  constructor(db: Kysely<GatewayDatabase>, spaceId: string) {
    this.#db = db
    this.#spaceId = spaceId
  }

  async find(request: string, tx?: GatewayTransaction): Promise<Query | undefined> {
    return (tx ?? this.#db)
      .selectFrom('query')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('request', '=', request)
      .executeTakeFirst()
  }

  async insert(tx: GatewayTransaction, row: Omit<QueryTable, 'space_id'>): Promise<void> {
    await tx
      .insertInto('query')
      .values({ ...row, space_id: this.#spaceId })
      .execute()
  }

  async changeQuery(
    tx: GatewayTransaction,
    request: string,
    change: Partial<Omit<QueryTable, 'space_id' | 'request' | 'consumer' | 'deliver_to'>>,
  ): Promise<void> {
    await tx
      .updateTable('query')
      .set(change)
      .where('space_id', '=', this.#spaceId)
      .where('request', '=', request)
      .execute()
  }

  /** Forgets what was asked before `before`, and what was submitted, where nothing is under way. */
  async forgetPapers(tx: GatewayTransaction, before: Date): Promise<void> {
    const forgotten = await tx
      .updateTable('query')
      .set({ jws: null })
      .where('space_id', '=', this.#spaceId)
      .where('jws', 'is not', null)
      .where('decided_at', '<', before)
      .where('request', 'not in', (running) =>
        running
          .selectFrom('query_attempt')
          .select('request')
          .where('space_id', '=', this.#spaceId)
          .where('deadline_at', 'is not', null),
      )
      .returning('request')
      .execute()
    if (forgotten.length === 0) return
    const requests = forgotten.map(({ request }) => request)
    await tx
      .updateTable('query_holder')
      .set({ submission: null })
      .where('space_id', '=', this.#spaceId)
      .where('invitation', 'in', (attempts) =>
        attempts
          .selectFrom('query_attempt')
          .select('invitation')
          .where('space_id', '=', this.#spaceId)
          .where('request', 'in', requests),
      )
      .execute()
  }

  /** The newest attempt of a request. */
  async newest(request: string, tx?: GatewayTransaction): Promise<Attempt | undefined> {
    return (tx ?? this.#db)
      .selectFrom('query_attempt')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('request', '=', request)
      .orderBy('attempt', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  async attempt(invitation: string, tx?: GatewayTransaction): Promise<Attempt | undefined> {
    return (tx ?? this.#db)
      .selectFrom('query_attempt')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .executeTakeFirst()
  }

  /** The attempt as it stands once every transition before this one has ended. */
  async locked(tx: GatewayTransaction, invitation: string): Promise<Attempt | undefined> {
    return tx
      .selectFrom('query_attempt')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .forUpdate()
      .executeTakeFirst()
  }

  async insertAttempt(
    tx: GatewayTransaction,
    row: Pick<Attempt, 'invitation' | 'request' | 'attempt' | 'ticket' | 'invitation_jws'> &
      Pick<Attempt, 'result_bytes' | 'audit_bytes' | 'deadline_at' | 'updated_at'>,
  ): Promise<void> {
    await tx
      .insertInto('query_attempt')
      .values({ ...row, space_id: this.#spaceId, stage: 'opening' })
      .execute()
  }

  async change(tx: GatewayTransaction, invitation: string, change: AttemptChange): Promise<void> {
    await tx
      .updateTable('query_attempt')
      .set(change)
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .execute()
  }

  /** Invitations of attempts whose deadline has passed, the oldest first. */
  async overdue(now: Date, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('query_attempt')
      .select('invitation')
      .where('space_id', '=', this.#spaceId)
      .where('deadline_at', '<=', now)
      .orderBy('deadline_at')
      .limit(limit)
      .execute()
    return rows.map(({ invitation }) => invitation)
  }
}
