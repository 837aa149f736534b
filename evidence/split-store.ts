import { type QueryExecutorProvider, sql } from 'kysely'
import { digestBytes } from '#crypto/digest'
import { parseCheckpoint } from './checkpoint.ts'
import { firstRow, type LogDatabase } from './log-database.ts'
import { parseNote } from './signed-note.ts'
import type { SplitView } from './witness.ts'

/** A split that is not settled. `held` is what the witness holds of that log now. */
export interface OpenSplit extends SplitView {
  /** Of the note that was shown: names the split among others of the same log. */
  readonly digest: string
}

/** What a witness keeps of histories that did not fit: the notes are the proof. */
export class SplitStore {
  readonly #database: LogDatabase
  readonly #space: string

  constructor(database: LogDatabase, space: string) {
    this.#database = database
    this.#space = space
  }

  /**
   * Durable when it resolves; the same pair again changes nothing, but opens a split that was
   * settled: the log still shows two histories.
   */
  async keep({ origin, held, shown }: SplitView): Promise<void> {
    const digest = digestBytes(Buffer.from(shown))
    await sql`insert into evidence_split (space_id, origin, shown_digest, held, shown)
      values (${this.#space}, ${origin}, ${digest}, ${held}, ${shown})
      on conflict (space_id, origin, shown_digest)
      do update set settled = false`.execute(this.#database.reader)
  }

  /** True while a split of this log is not settled by an operator. */
  async isOpen(origin: string): Promise<boolean> {
    const statement = sql<{ one: number }>`select 1 as one from evidence_split
      where space_id = ${this.#space} and origin = ${origin} and not settled limit 1`
    return (await firstRow(this.#database.reader, statement)) !== undefined
  }

  /** Every split that is not settled. */
  async open(): Promise<readonly OpenSplit[]> {
    const { rows } = await sql<OpenSplit>`
      select origin, shown_digest as digest, coalesce(witnessed.note, split.held) as held, shown
      from evidence_split split left join evidence_witnessed witnessed using (space_id, origin)
      where space_id = ${this.#space} and not settled
      order by origin, shown_digest`.execute(this.#database.reader)
    return rows
  }

  /** Settles this one and no other; false when it was not open. What the witness holds stays. */
  async settle(tx: QueryExecutorProvider, { origin, digest }: OpenSplit): Promise<boolean> {
    const statement = sql<{ origin: string }>`update evidence_split set settled = true
      where space_id = ${this.#space} and origin = ${origin} and shown_digest = ${digest}
        and not settled returning origin`
    return (await firstRow(tx, statement)) !== undefined
  }

  /** From here the witness holds what it was shown, and demands that the log continues that. */
  async holdShown(tx: QueryExecutorProvider, { origin, shown }: OpenSplit): Promise<void> {
    const { size } = parseCheckpoint(parseNote(shown).text)
    await sql`insert into evidence_witnessed (space_id, origin, size, note)
      values (${this.#space}, ${origin}, ${size}, ${shown})
      on conflict (space_id, origin)
      do update set size = excluded.size, note = excluded.note`.execute(tx)
  }

  /** Every note of this log that stands in a split, settled or not. */
  async notes(origin: string): Promise<string[]> {
    const { rows } = await sql<{ held: string; shown: string }>`select held, shown
      from evidence_split where space_id = ${this.#space} and origin = ${origin}
      order by shown_digest`.execute(this.#database.reader)
    return rows.flatMap(({ held, shown }) => [held, shown])
  }
}
