import { digestBytes } from '#crypto/digest'
import { type Anchor, checkpointDigest } from './anchor.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { Evidence } from './log.ts'
import type { Receipt } from './receipt.ts'
import { parseNote } from './signed-note.ts'

/** Anchors the newest checkpoint and records where; `actor` is the DID of the log's own party. */
export async function anchorLog(
  evidence: Evidence,
  anchor: Anchor,
  actor: string,
): Promise<Receipt> {
  const note = await evidence.checkpoint()
  const { origin, size } = parseCheckpoint(parseNote(note).text)
  const checkpoint = checkpointDigest(note)
  const { chain, bytes } = await anchor.place({ origin, size, checkpoint })
  const proof = digestBytes(bytes)
  const log = digestBytes(Buffer.from(origin))
  return evidence.record({ type: 'anchor.placed', actor, chain, log, checkpoint, proof })
}
