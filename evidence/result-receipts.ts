import { parseCheckpoint } from './checkpoint.ts'
import { parseEntry } from './entry-form.ts'
import type { Evidence } from './log.ts'
import type { Receipt } from './receipt.ts'
import { parseNote } from './signed-note.ts'
import { TILE_WIDTH } from './tile.ts'

/** One receipt for each delivered result of a log, in log order, against its newest checkpoint. */
export async function resultReceipts(evidence: Evidence): Promise<Receipt[]> {
  const { size } = parseCheckpoint(parseNote(await evidence.checkpoint()).text)
  const receipts: Receipt[] = []
  for (let start = 0; start < size; start += TILE_WIDTH) {
    const entries = await evidence.bundle(start / TILE_WIDTH)
    for (const [at, body] of entries.slice(0, size - start).entries()) {
      if (parseEntry(body).type !== 'result.delivered') continue
      receipts.push(await evidence.receiptAt(start + at))
    }
  }
  return receipts
}
