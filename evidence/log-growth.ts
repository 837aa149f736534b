import type { QueryExecutorProvider } from 'kysely'
import { sameHash } from '#crypto/merkle'
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts'
import { EvidenceError } from './evidence-error.ts'
import type { LogStore, PlacedBatch } from './log-store.ts'
import { loadEdge } from './log-tree.ts'
import type { NoteSigner } from './note-signer.ts'
import { formatNote, parseNote } from './signed-note.ts'
import type { TreeView } from './tree.ts'
import type { TreeEdge } from './tree-edge.ts'
import { verifyNote } from './verify-note.ts'

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
  readonly grown: GrownTree | undefined
}

/** A tree that this process made, ready to grow further, and the checkpoint it belongs to. */
export interface GrownTree {
  readonly head: Checkpoint
  readonly note: string
  readonly edge: TreeEdge
  readonly view: TreeView
}

export interface Grower {
  readonly store: LogStore
  readonly signers: readonly NoteSigner[]
  /** What this process made last; used only where the log still ends with it. */
  readonly cached: GrownTree | undefined
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
  if (leaves.length === 0) return { head: before, note, before, tickets, grown: undefined }
  const bodies = direct.map(({ body }) => body)
  // The database stores the entries while the tree over them is made.
  const [grown] = await Promise.all([
    growTree(tx, { store, signers, cached }, placed, leaves),
    store.fill(tx, before.size + placed.hashes.length, bodies),
  ])
  const { size: to } = grown.head
  await store.grow(tx, { from: before.size, to, tiles: grown.edge.changes(), note: grown.note })
  return { head: grown.head, note: grown.note, before, tickets, grown }
}

async function growTree(
  tx: QueryExecutorProvider,
  { store, signers, cached }: Grower,
  placed: PlacedBatch,
  leaves: readonly Uint8Array[],
): Promise<GrownTree> {
  const own = cached?.note === placed.note ? cached : undefined
  const edge = own?.edge.settled() ?? (await loadWholeEdge(store, tx, placed, signers))
  for (const leaf of leaves) edge.add(leaf)
  const view = edge.view()
  const { origin } = parseCheckpoint(parseNote(placed.note).text)
  const head = { origin, size: edge.size, root: view.root() }
  return { head, note: await signed(signers, head), edge, view }
}

/** A checkpoint with the log's own lines; the first is the one that everybody can read. */
export async function signed(signers: readonly NoteSigner[], head: Checkpoint): Promise<string> {
  const text = checkpointText(head)
  return formatNote({ text, signatures: await Promise.all(signers.map((one) => one.sign(text))) })
}

// The tree of another process, or of before a restart: what it signed must be what it stored.
async function loadWholeEdge(
  store: LogStore,
  tx: QueryExecutorProvider,
  placed: PlacedBatch,
  signers: readonly NoteSigner[],
): Promise<TreeEdge> {
  const { size, root } = ownCheckpoint(placed.note, signers)
  const edge = await loadEdge((places) => store.tiles(tx, places), placed.size)
  if (placed.size !== size || !sameHash(edge.view().root(), root)) {
    throw new EvidenceError('LOG_FORKED', `stored tiles do not give the root of size ${size}`)
  }
  return edge
}

// Whoever can write the tables still cannot sign: nothing is built on what this log did not sign.
function ownCheckpoint(note: string, signers: readonly NoteSigner[]): Checkpoint {
  const keys = signers.map(({ verifier }) => verifier)
  try {
    verifyNote(parseNote(note), keys)
  } catch (cause) {
    throw new EvidenceError('LOG_FORKED', 'the stored checkpoint has another key', { cause })
  }
  return parseCheckpoint(parseNote(note).text)
}
