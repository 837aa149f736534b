/**
 * Finds the entries of one log by the digests they name, so that the lineage of a result is one
 * call however long the log is. The index is made from the entries, in batches, when it is asked.
 */
import { type QueryExecutorProvider, sql } from 'kysely'
import type { EntryType } from './entry-fields.ts'
import { parseEntry } from './entry-form.ts'
import { EntryIndex, type Recorded, valuesOf } from './entry-index.ts'
import { findDeliveries, type Lineage, traceResult } from './lineage.ts'
import { firstRow, type LogDatabase } from './log-database.ts'

const BATCH = 1000

// What a decision rests on may be named by thousands of requests: only these types say what it is.
const AUTHORITY: readonly EntryType[] = [
  'contract.created',
  'contract.negotiated',
  'contract.signed',
  'contract.filed',
  'contract.terminated',
  'grant.issued',
  'grant.suspended',
  'grant.resumed',
  'grant.revoked',
  'consent.issued',
  'consent.used',
  'consent.revoked',
  'policy.enabled',
  'policy.disabled',
  'session.void',
]

export class ReferenceIndex {
  readonly #database: LogDatabase
  readonly #space: string
  readonly #origin: string

  constructor(database: LogDatabase, space: string, origin: string) {
    this.#database = database
    this.#space = space
    this.#origin = origin
  }

  /** The story of a result, by its digest or a copy's watermark; one per delivery. */
  async lineage(id: string): Promise<Lineage[]> {
    await this.#catchUp()
    const index = new EntryIndex()
    const found = await this.#named([id], ['result.delivered'])
    const own = found.flatMap(({ entry }) => [...valuesOf(entry)])
    const about = await this.#named(own)
    const behind = about.flatMap(({ entry }) => [...valuesOf(entry)])
    const authority = await this.#named(behind, AUTHORITY)
    const all = new Map([...about, ...authority].map((record) => [record.index, record]))
    for (const at of [...all.keys()].sort((a, b) => a - b)) {
      const record = all.get(at)
      if (record) index.add(record.log, record.index, record.entry)
    }
    return findDeliveries(index, id).map((delivered) => traceResult(index, delivered))
  }

  async #named(values: readonly string[], types?: readonly EntryType[]): Promise<Recorded[]> {
    const { rows } = await sql<{ idx: bigint; body: Uint8Array }>`
      select leaf.idx, leaf.body from evidence_leaf leaf
      where leaf.space_id = ${this.#space} and leaf.idx in (
        select idx from evidence_reference where space_id = ${this.#space}
          and value = any(${[...new Set(values)]})
          and (${types === undefined} or type = any(${types ?? []})))
      order by leaf.idx`.execute(this.#database.reader)
    return rows.map(({ idx, body }) => {
      return { log: this.#origin, index: Number(idx), entry: parseEntry(body) }
    })
  }

  async #catchUp(): Promise<void> {
    while (await this.#database.transact((tx) => this.#indexBatch(tx))) {
      // Each batch is a transaction of its own, so that a long log never holds one open.
    }
  }

  async #indexBatch(tx: QueryExecutorProvider): Promise<boolean> {
    await sql`insert into evidence_indexed (space_id, size) values (${this.#space}, 0)
      on conflict do nothing`.execute(tx)
    const row = await firstRow(
      tx,
      sql<{ size: bigint }>`select size from evidence_indexed
        where space_id = ${this.#space} for update`,
    )
    const from = Number(row?.size ?? 0)
    const { rows } = await sql<{ body: Uint8Array }>`select body from evidence_leaf
      where space_id = ${this.#space} and idx >= ${from} and idx < ${from + BATCH}
      order by idx`.execute(tx)
    if (rows.length === 0) return false
    await this.#insert(tx, from, rows)
    return rows.length === BATCH
  }

  async #insert(
    tx: QueryExecutorProvider,
    from: number,
    rows: readonly { readonly body: Uint8Array }[],
  ): Promise<void> {
    const references = rows.flatMap(({ body }, i) => {
      const entry = parseEntry(body)
      return [...valuesOf(entry)].map((value) => ({ value, type: entry.type, at: from + i }))
    })
    await sql`insert into evidence_reference (space_id, value, type, idx)
      select ${this.#space}, value, type, idx from unnest(
        ${references.map(({ value }) => value)}::text[],
        ${references.map(({ type }) => type)}::text[],
        ${references.map(({ at }) => at)}::bigint[]) as reference (value, type, idx)`.execute(tx)
    await sql`update evidence_indexed set size = ${from + rows.length}
      where space_id = ${this.#space}`.execute(tx)
  }
}
