import { type QueryExecutorProvider, sql } from 'kysely'
import type { AnchorRecord } from './anchor-record.ts'
import { firstRow } from './log-database.ts'

/** The anchored checkpoints of a party's own log, with the chains' proofs. */
export class AnchorStore {
  readonly #space: string

  constructor(space: string) {
    this.#space = space
  }

  /** How many records the newest checkpoint had that this chain holds; undefined before the first. */
  async newest(on: QueryExecutorProvider, chain: string): Promise<number | undefined> {
    const row = await firstRow(
      on,
      sql<{ size: string | number | bigint }>`select size from evidence_anchor
        where space_id = ${this.#space} and chain = ${chain} order by size desc limit 1`,
    )
    return row && Number(row.size)
  }

  /** False when this checkpoint was kept before, by another process of the party. */
  async keep(
    tx: QueryExecutorProvider,
    size: number,
    { chain, note, proof }: AnchorRecord,
  ): Promise<boolean> {
    const statement = sql<{ size: unknown }>`
      insert into evidence_anchor (space_id, chain, size, note, proof)
      values (${this.#space}, ${chain}, ${size}, ${note}, ${Buffer.from(proof)})
      on conflict do nothing returning size`
    return (await firstRow(tx, statement)) !== undefined
  }

  /** All of them, the oldest first. */
  async all(on: QueryExecutorProvider): Promise<readonly AnchorRecord[]> {
    const { rows } = await sql<AnchorRecord>`select chain, note, proof from evidence_anchor
      where space_id = ${this.#space} order by size, chain`.execute(on)
    return rows
  }
}
