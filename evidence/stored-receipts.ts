import type { LogDatabase } from './log-database.ts'
import type { Growth } from './log-growth.ts'
import type { LogStore } from './log-store.ts'
import { loadTree } from './log-tree.ts'
import { type Receipt, storedReceipt } from './receipt.ts'

/** `later`: another replica placed it after this checkpoint. */
export type StoredReceipt = Receipt | 'later'

/**
 * Receipts by ticket, read back in two statements however many are asked for. A ticket that is not
 * placed is left out: after a full batch it may still come with the next.
 */
export async function storedReceipts(
  { store, database }: { readonly store: LogStore; readonly database: LogDatabase },
  tickets: readonly string[],
  { head, note }: Pick<Growth, 'head' | 'note'>,
): Promise<ReadonlyMap<string, StoredReceipt>> {
  const { reader } = database
  if (tickets.length === 0) return new Map()
  const leaves = await store.leavesOfTickets(reader, tickets)
  const indexes = [...leaves.values()].map(({ index }) => index)
  const within = indexes.filter((index) => index < head.size)
  const tree = await loadTree((places) => store.tiles(reader, places), head.size, within)
  const receipts = [...leaves].map(([ticket, { index, body }]) => {
    const receipt = index < head.size ? storedReceipt(tree, note, index, body) : 'later'
    return [ticket, receipt] as const
  })
  return new Map(receipts)
}
