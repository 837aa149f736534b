/** The log's tables: every statement it runs, and nothing that decides. Rows are keyed by space. */
import { type QueryExecutorProvider, sql } from 'kysely'
import { byteaArray } from './bytea-array.ts'
import { EvidenceError } from './evidence-error.ts'
import { firstRow } from './log-database.ts'
import type { TilePlace } from './log-tree.ts'
import { TILE_WIDTH } from './tile.ts'
import type { GrownTile } from './tree-edge.ts'

export interface HeadRow {
  readonly origin: string
  readonly size: number
  /** The newest checkpoint, signed. */
  readonly note: string
}

export interface NextBatch {
  /** The log before the batch: its size and newest checkpoint. */
  readonly size: number
  readonly note: string
  /** Tickets and leaf hashes of the outbox entries, in the order of their indexes. */
  readonly tickets: readonly string[]
  readonly hashes: readonly Uint8Array[]
}

export interface GrownLog {
  readonly from: number
  readonly to: number
  readonly note: string
  readonly tickets: readonly string[]
  readonly bodies: readonly Uint8Array[]
  readonly tiles: readonly GrownTile[]
}

export interface LeafRow {
  readonly index: number
  readonly body: Uint8Array
}

type Numeric = string | number | bigint

export class LogStore {
  readonly #space: string

  constructor(space: string) {
    this.#space = space
  }

  async create(on: QueryExecutorProvider, { origin, size, note }: HeadRow): Promise<void> {
    await sql`insert into evidence_head (space_id, origin, size, note)
      values (${this.#space}, ${origin}, ${size}, ${note}) on conflict do nothing`.execute(on)
  }

  async head(on: QueryExecutorProvider): Promise<HeadRow | undefined> {
    const row = await firstRow(
      on,
      sql<{ origin: string; size: Numeric; note: string }>`
        select origin, size, note from evidence_head where space_id = ${this.#space}`,
    )
    return row && { ...row, size: Number(row.size) }
  }

  /** Puts entries in the outbox of the caller's transaction; indexes come with the next batch. */
  async post(
    on: QueryExecutorProvider,
    entries: readonly { readonly body: Uint8Array; readonly hash: Uint8Array }[],
  ): Promise<string[]> {
    const { rows } = await sql<{ id: Numeric }>`
      insert into evidence_outbox (space_id, body, leaf_hash)
      select ${this.#space}, body, hash
      from unnest(${byteaArray(entries.map(({ body }) => body))}::bytea[],
        ${byteaArray(entries.map(({ hash }) => hash))}::bytea[])
        with ordinality as entry (body, hash, at)
      order by at returning id`.execute(on)
    return rows.map(({ id }) => String(id))
  }

  async hasPosted(on: QueryExecutorProvider): Promise<boolean> {
    const row = await firstRow(
      on,
      sql<{ some: boolean }>`select exists (
        select from evidence_outbox where space_id = ${this.#space}) as some`,
    )
    return row?.some ?? false
  }

  /**
   * Makes this session the one leader of the log, until it has grown or given up, and reads up to
   * `limit` entries of the outbox, oldest first.
   */
  async lead(session: QueryExecutorProvider, limit: number): Promise<NextBatch> {
    const row = await firstRow(
      session,
      sql<{ size: Numeric; note: string | null; tickets: Numeric[]; hashes: Uint8Array }>`
        select size, note, tickets, hashes from evidence_lead(${this.#space}, ${limit})`,
    )
    if (row === undefined || row.note === null) {
      throw new EvidenceError('LOG_UNAVAILABLE', 'the log was never opened')
    }
    const tickets = row.tickets.map(String)
    const hashes = tickets.map((_, i) => row.hashes.subarray(i * 32, i * 32 + 32))
    return { size: Number(row.size), note: row.note, tickets, hashes }
  }

  /**
   * Moves the batch's tickets from the outbox to the next indexes, stores the entries after them
   * and the tiles, and moves the head; LOG_HEAD_MOVED when another head is there. The lead ends.
   */
  async grow(session: QueryExecutorProvider, grown: GrownLog): Promise<void> {
    const { from, to, note, tickets, bodies, tiles } = grown
    const row = await firstRow(
      session,
      sql<{ moved: boolean }>`select evidence_grow(${this.#space}, ${from}, ${to}, ${note},
        ${tickets}::bigint[], ${byteaArray(bodies)}::bytea[],
        ${tiles.map((tile) => tile.level)}::int[], ${tiles.map((tile) => tile.index)}::bigint[],
        ${byteaArray(tiles.map((tile) => tile.bytes))}::bytea[]) as moved`,
    )
    if (!row?.moved) throw new EvidenceError('LOG_HEAD_MOVED', `size ${from} is not the head`)
  }

  /** Ends a lead that grew nothing; does nothing where this session does not lead. */
  async leave(session: QueryExecutorProvider): Promise<void> {
    await sql`select pg_advisory_unlock(evidence_lock(${this.#space}))`.execute(session)
  }

  /** Hashes of tiles, as many as there are by now; none of one that does not exist. */
  async tiles(
    on: QueryExecutorProvider,
    places: readonly TilePlace[],
  ): Promise<readonly Uint8Array[]> {
    const { rows } = await sql<{ hashes: Uint8Array | null }>`select hashes
      from unnest(${places.map(({ level }) => level)}::int[],
        ${places.map(({ index }) => index)}::bigint[]) with ordinality as place (level, idx, at)
      left join evidence_tile tile on tile.space_id = ${this.#space}
        and tile.level = place.level and tile.idx = place.idx
      order by at`.execute(on)
    return rows.map(({ hashes }) => hashes ?? new Uint8Array(0))
  }

  /** The entries of one bundle, as many as there are by now. */
  async bundle(on: QueryExecutorProvider, index: number): Promise<Uint8Array[]> {
    const start = index * TILE_WIDTH
    const { rows } = await sql<{ body: Uint8Array }>`select body from evidence_leaf
      where space_id = ${this.#space} and idx >= ${start} and idx < ${start + TILE_WIDTH}
      order by idx`.execute(on)
    return rows.map(({ body }) => body)
  }

  async leaf(on: QueryExecutorProvider, index: number): Promise<LeafRow | undefined> {
    const row = await firstRow(
      on,
      sql<{ body: Uint8Array }>`select body from evidence_leaf
        where space_id = ${this.#space} and idx = ${index}`,
    )
    return row && { index, body: row.body }
  }

  /** By ticket, those of the outbox entries that have an index by now. */
  async leavesOfTickets(
    on: QueryExecutorProvider,
    tickets: readonly string[],
  ): Promise<ReadonlyMap<string, LeafRow>> {
    const { rows } = await sql<{ ticket: Numeric; idx: Numeric; body: Uint8Array }>`
      select ticket, idx, body from evidence_leaf
      where space_id = ${this.#space} and ticket = any(${tickets}::bigint[])`.execute(on)
    return new Map(
      rows.map(({ ticket, idx, body }) => [String(ticket), { index: Number(idx), body }]),
    )
  }
}
