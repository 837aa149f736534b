import { type Kysely, sql } from 'kysely'
import type { BlobKind, GatewayDatabase, GatewayTransaction } from './schema.ts'

/** Whose blob it is, in which attempt. */
export interface BlobPlace {
  readonly invitation: string
  readonly digest: string
}

export interface NewBlob extends BlobPlace {
  readonly owner: string
  readonly kind: BlobKind
  readonly bytes: Uint8Array
  readonly storedAt: Date
}

/** Ciphertexts, keys and sealed tables by their digest. */
export class BlobStore {
  readonly #db: Kysely<GatewayDatabase>
  readonly #spaceId: string

  constructor(db: Kysely<GatewayDatabase>, spaceId: string) {
    this.#db = db
    this.#spaceId = spaceId
  }

  /** The same blob of the same owner again is the same blob. */
  async put(tx: GatewayTransaction, { storedAt, ...blob }: NewBlob): Promise<void> {
    await tx
      .insertInto('session_blob')
      .values({ ...blob, space_id: this.#spaceId, stored_at: storedAt })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  async count(
    tx: GatewayTransaction,
    { invitation, owner, kind }: Pick<NewBlob, 'invitation' | 'owner' | 'kind'>,
  ): Promise<number> {
    const { count } = await tx
      .selectFrom('session_blob')
      .select((expression) => expression.fn.countAll<bigint>().as('count'))
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('owner', '=', owner)
      .where('kind', '=', kind)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  async get({ invitation, digest }: BlobPlace, kind: BlobKind): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .selectFrom('session_blob')
      .select('bytes')
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('digest', '=', digest)
      .where('kind', '=', kind)
      .executeTakeFirst()
    return row?.bytes
  }

  /** Byte lengths of those of `digests` that `owner` has stored, by digest. */
  async lengths(
    { invitation, owner }: Pick<NewBlob, 'invitation' | 'owner'>,
    digests: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db
      .selectFrom('session_blob')
      .select(['digest', sql<number>`length(bytes)`.as('length')])
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('owner', '=', owner)
      .where('digest', 'in', digests)
      .execute()
    return new Map(rows.map(({ digest, length }) => [digest, length]))
  }

  /** Removes the blobs of attempts that ended before `before`; answers how many. */
  async scrub(before: Date): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('session_blob')
      .where('space_id', '=', this.#spaceId)
      .where('stored_at', '<', before)
      .where('invitation', 'in', (ended) =>
        ended
          .selectFrom('query_attempt')
          .select('invitation')
          .where('space_id', '=', this.#spaceId)
          .where('ended_at', '<', before),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}
