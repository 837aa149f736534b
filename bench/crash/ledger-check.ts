import { type Kysely, sql } from 'kysely'
import { leafHash } from '#crypto/merkle'
import { parseCheckpoint } from '#evidence/checkpoint'
import { parseNote } from '#evidence/signed-note'
import { TreeEdge } from '#evidence/tree-edge'
import type { Acknowledged } from './acknowledged.ts'

/** What a crash must never cause; all zero is good. */
export interface Damage {
  /** Acknowledged entries that are not at their place. */
  lost: number
  /** Indexes without an entry below the head. */
  gaps: number
  /** Checkpoints, the head's or acknowledged ones, that the entries do not give. */
  forks: number
  /** Business events without their entry, or entries of an event that never was. */
  torn: number
}

/** Rebuilds the tree from the entries, from where the last check ended, and compares everything. */
export class LedgerCheck {
  readonly damage: Damage = { lost: 0, gaps: 0, forks: 0, torn: 0 }
  readonly #edge = new TreeEdge(0, [])
  readonly #leaves: string[] = []
  readonly #roots = new Map<number, string>()

  get size(): number {
    return this.#edge.size
  }

  async check<DB>(db: Kysely<DB>, acknowledged: readonly Acknowledged[]): Promise<void> {
    const { rows } = await sql<{ idx: bigint; body: Buffer; note: string }>`
      select idx, body, head.note from evidence_leaf, evidence_head head
      where idx >= ${this.#edge.size} order by idx`.execute(db)
    const claimed = acknowledged.map((said) => parseCheckpoint(parseNote(said.checkpoint).text))
    const note = rows[0]?.note
    if (note !== undefined) claimed.push(parseCheckpoint(parseNote(note).text))
    const sizes = new Set(claimed.map(({ size }) => size))
    for (const { idx, body } of rows) this.#add(Number(idx), body, sizes)
    for (const { size, root } of claimed) {
      const own = this.#roots.get(size)
      if (own !== undefined && own !== base64(root)) this.damage.forks += 1
      if (size > this.#edge.size) this.damage.lost += 1
    }
    for (const said of acknowledged) {
      if (this.#leaves[said.index] !== said.leafHash) this.damage.lost += 1
    }
    this.damage.torn += await torn(db)
  }

  #add(index: number, body: Uint8Array, sizes: ReadonlySet<number>): void {
    if (index !== this.#edge.size) this.damage.gaps += 1
    const leaf = leafHash(body)
    this.#edge.add(leaf)
    this.#leaves.push(base64(leaf))
    if (sizes.has(this.#edge.size)) this.#roots.set(this.#edge.size, base64(this.#edge.root()))
  }
}

// Each event has one entry, in the log or still waiting for its index, and each such entry an event.
async function torn<DB>(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    with written as (
      select ticket from evidence_leaf where ticket is not null
      union all select id from evidence_outbox)
    select count(*) as count from business full join written on business.ticket = written.ticket
    where business.ticket is null or written.ticket is null`.execute(db)
  return Number(rows[0]?.count)
}

function base64(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}
