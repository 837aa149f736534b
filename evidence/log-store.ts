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

export interface PlacedBatch {
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
  readonly tiles: readonly GrownTile[]
  readonly note: string
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

  /** Makes this transaction the one leader of the log until it ends. */
  async lead(on: QueryExecutorProvider): Promise<void> {
    await sql`select pg_advisory_xact_lock(
      hashtextextended(${`baotu-evidence/${this.#space}`}, 0))`.execute(on)
  }

  /** Moves up to `limit` entries from the outbox to the next indexes, oldest first. */
  async place(on: QueryExecutorProvider, limit: number): Promise<PlacedBatch> {
    const row = await firstRow(
      on,
      sql<{ size: Numeric; note: string; tickets: Numeric[]; hashes: Uint8Array }>`
        with head as (select size, note from evidence_head where space_id = ${this.#space}),
        oldest as (select id from evidence_outbox where space_id = ${this.#space}
          order by id limit ${limit}),
        moved as (delete from evidence_outbox using oldest
          where evidence_outbox.space_id = ${this.#space} and evidence_outbox.id = oldest.id
          returning evidence_outbox.id, body, leaf_hash),
        placed as (select id, body, leaf_hash, row_number() over (order by id) - 1 as at from moved),
        stored as (insert into evidence_leaf (space_id, idx, body, ticket)
          select ${this.#space}, head.size + at, body, id from placed, head)
        select (select size from head), (select note from head),
          coalesce(array_agg(id order by id), '{}') as tickets,
          coalesce(string_agg(leaf_hash, ''::bytea order by id), ''::bytea) as hashes
        from placed`,
    )
    if (row === undefined || row.note === null) {
      throw new EvidenceError('LOG_UNAVAILABLE', 'the log was never opened')
    }
    const tickets = row.tickets.map(String)
    const hashes = tickets.map((_, i) => row.hashes.subarray(i * 32, i * 32 + 32))
    return { size: Number(row.size), note: row.note, tickets, hashes }
  }

  /** Stores entries that came without a transaction of their own, from index `first` on. */
  async fill(
    on: QueryExecutorProvider,
    first: number,
    entries: readonly Uint8Array[],
  ): Promise<void> {
    if (entries.length === 0) return
    await sql`insert into evidence_leaf (space_id, idx, body)
      select ${this.#space}, ${first}::bigint + at - 1, body
      from unnest(${byteaArray(entries)}::bytea[]) with ordinality as entry (body, at)`.execute(on)
  }

  /** Stores what the batch made and moves the head; LOG_HEAD_MOVED when another head is there. */
  async grow(on: QueryExecutorProvider, { from, to, tiles, note }: GrownLog): Promise<void> {
    const moved = await firstRow(
      on,
      sql<{ size: Numeric }>`with
        tiled as (insert into evidence_tile (space_id, level, idx, hashes)
          select ${this.#space}, level, idx, hashes
          from unnest(${tiles.map((tile) => tile.level)}::int[],
            ${tiles.map((tile) => tile.index)}::bigint[],
            ${byteaArray(tiles.map((tile) => tile.bytes))}::bytea[]) as tile (level, idx, hashes)
          on conflict (space_id, level, idx) do update set hashes = excluded.hashes)
        update evidence_head set size = ${to}, note = ${note}
        where space_id = ${this.#space} and size = ${from} returning size`,
    )
    if (moved === undefined)
      throw new EvidenceError('LOG_HEAD_MOVED', `size ${from} is not the head`)
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
