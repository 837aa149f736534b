import type { Kysely, Selectable } from 'kysely'
import type { GatewayDatabase, GatewayTransaction, LeasedTaskTable } from './schema.ts'

export type LeasedTaskRow = Readonly<Omit<Selectable<LeasedTaskTable>, 'space_id'>>

/** Who was handed which task, so that nobody answers another's and nobody answers twice. */
export class TaskStore {
  readonly #db: Kysely<GatewayDatabase>
  readonly #spaceId: string

  constructor(db: Kysely<GatewayDatabase>, spaceId: string) {
    this.#db = db
    this.#spaceId = spaceId
  }

  async note(row: Omit<LeasedTaskRow, 'answer'>): Promise<void> {
    await this.#db
      .insertInto('leased_task')
      .values({ ...row, space_id: this.#spaceId })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  async find(task: string): Promise<LeasedTaskRow | undefined> {
    return this.#db
      .selectFrom('leased_task')
      .select(['task', 'recipient', 'kind', 'invitation', 'answer'])
      .where('space_id', '=', this.#spaceId)
      .where('task', '=', task)
      .executeTakeFirst()
  }

  /** Marks it settled by what has this digest. */
  async settle(tx: GatewayTransaction, task: string, answer: string): Promise<void> {
    await tx
      .updateTable('leased_task')
      .set({ answer })
      .where('space_id', '=', this.#spaceId)
      .where('task', '=', task)
      .execute()
  }
}
