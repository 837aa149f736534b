import type { Kysely, Selectable } from 'kysely'
import type { GatewayDatabase, GatewayTransaction, HolderTable } from './schema.ts'

export type HolderPart = Readonly<Selectable<HolderTable>>

/** What each holder sent to an attempt. */
export class HolderStore {
  readonly #db: Kysely<GatewayDatabase>
  readonly #spaceId: string

  constructor(db: Kysely<GatewayDatabase>, spaceId: string) {
    this.#db = db
    this.#spaceId = spaceId
  }

  async insert(
    tx: GatewayTransaction,
    invitation: string,
    holders: readonly { readonly holder: string; readonly ciphertexts: number }[],
  ): Promise<void> {
    const rows = holders.map(({ holder, ciphertexts }, position) => {
      return { space_id: this.#spaceId, invitation, holder, position, ciphertexts }
    })
    await tx.insertInto('query_holder').values(rows).execute()
  }

  /** In the order of the roster. */
  async all(invitation: string, tx?: GatewayTransaction): Promise<HolderPart[]> {
    return (tx ?? this.#db)
      .selectFrom('query_holder')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .orderBy('position')
      .execute()
  }

  async find(invitation: string, holder: string): Promise<HolderPart | undefined> {
    return this.#db
      .selectFrom('query_holder')
      .selectAll()
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('holder', '=', holder)
      .executeTakeFirst()
  }

  async change(
    tx: GatewayTransaction,
    { invitation, holder }: { readonly invitation: string; readonly holder: string },
    change: Partial<Pick<HolderPart, 'advert' | 'seed' | 'submission'>> & { inputs?: string[] },
  ): Promise<void> {
    await tx
      .updateTable('query_holder')
      .set(change)
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('holder', '=', holder)
      .execute()
  }
}
