import { type QueryExecutorProvider, sql } from 'kysely'
import { withCosignatures } from './cosigned-log.ts'
import { firstRow, type LogDatabase } from './log-database.ts'
import type { NoteVerifier } from './note-key.ts'
import { parseNote, signatureLine } from './signed-note.ts'
import type { TrustPolicy } from './trust-policy.ts'
import { verifyNote } from './verify-note.ts'

interface CosignedRow {
  readonly size: string | number | bigint
  readonly note: string
}

/** How many checkpoints are read at a time. */
const PAGE = 64

/** The cosigned checkpoints of a party's own log, each with the lines it gathered so far. */
export class CosignedStore {
  readonly #database: LogDatabase
  readonly #space: string
  readonly #witnesses: readonly NoteVerifier[]

  constructor(database: LogDatabase, space: string, witnesses: readonly NoteVerifier[]) {
    this.#database = database
    this.#space = space
    this.#witnesses = witnesses
  }

  /** Adds the lines of known witnesses on `note`; NOTE_REFUSED when one of them does not hold. */
  async keep(size: number, note: string): Promise<void> {
    await this.#database.transact(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(
        ${`baotu-cosigned/${this.#space}`}, 0))`.execute(tx)
      const held = await this.#at(tx, size)
      const lines = parseNote(note).signatures.map(signatureLine).join('')
      const merged = withCosignatures(held ?? note, lines, this.#witnesses)
      await sql`insert into evidence_cosigned (space_id, size, note)
        values (${this.#space}, ${size}, ${merged})
        on conflict (space_id, size) do update set note = excluded.note`.execute(tx)
    })
  }

  /** The newest checkpoint that meets the quorum, or the newest of all while none does. */
  async newest(policy: TrustPolicy): Promise<string | undefined> {
    return (await this.#newestMeeting(policy))?.note ?? this.last()
  }

  /** Forgets what is older than the newest checkpoint that meets the quorum. */
  async prune(policy: TrustPolicy): Promise<void> {
    const newest = await this.#newestMeeting(policy)
    if (newest === undefined) return
    await sql`delete from evidence_cosigned
      where space_id = ${this.#space} and size < ${newest.size}`.execute(this.#database.reader)
  }

  /** The newest of all, whatever it gathered. */
  async last(): Promise<string | undefined> {
    const statement = sql<{ note: string }>`select note from evidence_cosigned
      where space_id = ${this.#space} order by size desc limit 1`
    return (await firstRow(this.#database.reader, statement))?.note
  }

  /** The checkpoint of that size with what it gathered. */
  async of(size: number): Promise<string | undefined> {
    return this.#at(this.#database.reader, size)
  }

  // Witnesses may have been away for long: it goes back as far as there are checkpoints.
  async #newestMeeting(policy: TrustPolicy): Promise<CosignedRow | undefined> {
    const meets = ({ note }: CosignedRow) => policy.isQuorum(this.#cosigners(note))
    let page = await this.#below(Number.MAX_SAFE_INTEGER)
    let found = page.find(meets)
    while (found === undefined && page.length === PAGE) {
      page = await this.#below(Number(page.at(-1)?.size))
      found = page.find(meets)
    }
    return found
  }

  async #below(size: number): Promise<readonly CosignedRow[]> {
    const { rows } = await sql<CosignedRow>`select size, note from evidence_cosigned
      where space_id = ${this.#space} and size < ${size}
      order by size desc limit ${PAGE}`.execute(this.#database.reader)
    return rows
  }

  #cosigners(note: string): Set<string> {
    const verified = verifyNote(parseNote(note), this.#witnesses)
    return new Set(verified.map(({ verifier }) => verifier.vkey))
  }

  async #at(tx: QueryExecutorProvider, size: number): Promise<string | undefined> {
    const row = await firstRow(
      tx,
      sql<{ note: string }>`select note from evidence_cosigned
        where space_id = ${this.#space} and size = ${size}`,
    )
    return row?.note
  }
}
