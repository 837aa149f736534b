import type { QueryExecutorProvider } from 'kysely'
import { sameHash } from '#crypto/merkle'
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts'
import { EvidenceError } from './evidence-error.ts'
import type { LogStore, PlacedBatch } from './log-store.ts'
import { loadEdge } from './log-tree.ts'
import type { NoteSigner } from './note-signer.ts'
import { formatNote, parseNote } from './signed-note.ts'
import type { TreeEdge } from './tree-edge.ts'

/** An entry that came without a transaction. */
export interface DirectEntry {
  readonly body: Uint8Array
  readonly hash: Uint8Array
}

/** The log as one batch left it. */
export interface Growth {
  readonly head: Checkpoint
  readonly note: string
  readonly before: Checkpoint
  /** Tickets that this batch placed, the first at index `before.size`. */
  readonly tickets: readonly string[]
  /** Undefined when there was nothing to add. */
  readonly edge: TreeEdge | undefined
}

export interface Grower {
  readonly store: LogStore
  readonly signers: readonly NoteSigner[]
  /** The edge this process made last, and the checkpoint it belongs to. */
  readonly cached: { readonly note: string; readonly edge: TreeEdge } | undefined
}

/** More than this waits for the next batch, so that no answer waits for a long queue. */
export const BATCH_LIMIT = 1000

/** One batch inside one transaction: lead, place, grow, sign, move the head. */
export async function growLog(
  tx: QueryExecutorProvider,
  { store, signers, cached }: Grower,
  direct: readonly DirectEntry[],
): Promise<Growth> {
  await store.lead(tx)
  const placed = await store.place(tx, BATCH_LIMIT)
  const before = parseCheckpoint(parseNote(placed.note).text)
  const { note, tickets } = placed
  const leaves = [...placed.hashes, ...direct.map(({ hash }) => hash)]
  if (leaves.length === 0) return { head: before, note, before, tickets, edge: undefined }
  const base =
    cached?.note === note
      ? cached.edge
      : await loadEdge((level, index) => store.tile(tx, level, index), placed.size)
  assertWhole(base, before, placed)
  const edge = base.settled()
  for (const leaf of leaves) edge.add(leaf)
  const head = { origin: before.origin, size: edge.size, root: edge.root() }
  const grown = await signed(signers, head)
  await store.grow(tx, {
    from: before.size,
    to: head.size,
    entries: direct.map(({ body }) => body),
    tiles: edge.changes(),
    note: grown,
  })
  return { head, note: grown, before, tickets, edge }
}

/** A checkpoint with the log's own lines; the first is the one that everybody can read. */
export async function signed(signers: readonly NoteSigner[], head: Checkpoint): Promise<string> {
  const text = checkpointText(head)
  return formatNote({ text, signatures: await Promise.all(signers.map((one) => one.sign(text))) })
}

function assertWhole(edge: TreeEdge, { size, root }: Checkpoint, placed: PlacedBatch): void {
  if (placed.size !== size || !sameHash(edge.root(), root)) {
    throw new EvidenceError('LOG_FORKED', `stored tiles do not give the root of size ${size}`)
  }
}
