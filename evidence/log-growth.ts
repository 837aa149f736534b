import type { QueryExecutorProvider } from 'kysely'
import { sameHash } from '#crypto/merkle'
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts'
import { EvidenceError } from './evidence-error.ts'
import type { LogStore, NextBatch } from './log-store.ts'
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
  /** The indexes of the tickets that this batch placed, in their order. */
  readonly placed: ReadonlyMap<string, number>
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

/**
 * One batch in one session: lead, grow the tree, sign, store. What is signed here belongs to the
 * log only once it is stored; nobody sees it before.
 */
export async function growLog(
  session: QueryExecutorProvider,
  grower: Grower,
  direct: readonly DirectEntry[],
): Promise<Growth> {
  const { store } = grower
  try {
    const next = await store.lead(session, BATCH_LIMIT)
    const growth = await grownBy(session, grower, next, direct)
    if (growth.grown === undefined) await store.leave(session)
    return growth
  } catch (error) {
    // A session that is gone has lost its lead as well.
    await store.leave(session).catch(() => undefined)
    throw error
  }
}

async function grownBy(
  session: QueryExecutorProvider,
  grower: Grower,
  next: NextBatch,
  direct: readonly DirectEntry[],
): Promise<Growth> {
  const { note, tickets } = next
  const before = parseCheckpoint(parseNote(note).text)
  const placed = new Map(tickets.map((ticket, i) => [ticket, before.size + i]))
  const leaves = [...next.hashes, ...direct.map(({ hash }) => hash)]
  if (leaves.length === 0) return { head: before, note, before, placed, grown: undefined }
  const grown = await growTree(session, grower, next, leaves)
  const { head, edge } = grown
  const bodies = direct.map(({ body }) => body)
  const tiles = edge.changes()
  await grower.store.grow(session, {
    ...{ from: before.size, to: head.size, note: grown.note, tickets, bodies, tiles },
  })
  return { head, note: grown.note, before, placed, grown }
}

async function growTree(
  session: QueryExecutorProvider,
  { store, signers, cached }: Grower,
  next: NextBatch,
  leaves: readonly Uint8Array[],
): Promise<GrownTree> {
  const own = cached?.note === next.note ? cached : undefined
  const edge = own?.edge.settled() ?? (await loadWholeEdge(store, session, next, signers))
  for (const leaf of leaves) edge.add(leaf)
  const view = edge.view()
  const { origin } = parseCheckpoint(parseNote(next.note).text)
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
  session: QueryExecutorProvider,
  next: NextBatch,
  signers: readonly NoteSigner[],
): Promise<TreeEdge> {
  const { size, root } = ownCheckpoint(next.note, signers)
  const edge = await loadEdge((places) => store.tiles(session, places), next.size)
  if (next.size !== size || !sameHash(edge.view().root(), root)) {
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
