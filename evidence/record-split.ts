import { digestBytes } from '#crypto/digest'
import type { Evidence } from './log.ts'
import type { Receipt } from './receipt.ts'
import type { SplitView } from './witness.ts'

/**
 * Puts a split view on record in the witness's own log. The two signed notes are the proof: keep
 * them and give them to everybody, the entry holds only their digests.
 */
export async function recordSplit(
  evidence: Evidence,
  actor: string,
  { origin, held, shown }: SplitView,
): Promise<Receipt> {
  const [log, first, second] = [origin, held, shown].map((text) => digestBytes(Buffer.from(text)))
  const digests = { log: log ?? '', first: first ?? '', second: second ?? '' }
  return evidence.record({ type: 'view.split', actor, ...digests })
}
