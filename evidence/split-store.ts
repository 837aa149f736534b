import { sql } from 'kysely'
import { digestBytes } from '#crypto/digest'
import { firstRow, type LogDatabase } from './log-database.ts'
import type { SplitView } from './witness.ts'

/** What a witness keeps of histories that did not fit: the notes are the proof. */
export class SplitStore {
  readonly #database: LogDatabase
  readonly #space: string

  constructor(database: LogDatabase, space: string) {
    this.#database = database
    this.#space = space
  }

  /** Durable when it resolves; the same pair again changes nothing. */
  async keep({ origin, held, shown }: SplitView): Promise<void> {
    const digest = digestBytes(Buffer.from(shown))
    await sql`insert into evidence_split (space_id, origin, shown_digest, held, shown)
      values (${this.#space}, ${origin}, ${digest}, ${held}, ${shown})
      on conflict do nothing`.execute(this.#database.reader)
  }

  /** True while a split of this log is not settled by an operator. */
  async isOpen(origin: string): Promise<boolean> {
    const statement = sql<{ one: number }>`select 1 as one from evidence_split
      where space_id = ${this.#space} and origin = ${origin} and not settled limit 1`
    return (await firstRow(this.#database.reader, statement)) !== undefined
  }

  /** Every note of this log that stands in a split, settled or not. */
  async notes(origin: string): Promise<string[]> {
    const { rows } = await sql<{ held: string; shown: string }>`select held, shown
      from evidence_split where space_id = ${this.#space} and origin = ${origin}
      order by shown_digest`.execute(this.#database.reader)
    return rows.flatMap(({ held, shown }) => [held, shown])
  }
}
