import { digestBytes } from '#crypto/digest'
import { type Anchor, checkpointDigest } from './anchor.ts'
import { AnchorStore } from './anchor-store.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { Evidence } from './log.ts'
import type { LogDatabase } from './log-database.ts'
import { parseNote } from './signed-note.ts'

/** A party's own log, to be anchored. */
export interface AnchoredLog {
  readonly did: string
  readonly spaceId: string
  readonly evidence: Evidence
  readonly database: LogDatabase
}

// What an anchor adds to the log itself gives no reason for another one.
const OWN_RECORD = 1

/**
 * Anchors the newest checkpoint if the log has grown since the last one, keeps the proof and
 * records it in one transaction. After a crash in between the checkpoint is placed again, under the
 * same key. True when something was anchored; ANCHOR_UNAVAILABLE when the chain could not be had.
 */
export async function anchorLog(
  { did, spaceId, evidence, database }: AnchoredLog,
  anchor: Anchor,
  signal: AbortSignal,
): Promise<boolean> {
  const { chain } = anchor
  const store = new AnchorStore(spaceId)
  const last = await store.newest(database.reader, chain)
  const note = await evidence.checkpoint()
  const { origin, size } = parseCheckpoint(parseNote(note).text)
  if (size <= (last === undefined ? 0 : last + OWN_RECORD)) return false
  const checkpoint = checkpointDigest(note)
  const proof = await anchor.place({ origin, size, checkpoint }, signal)
  const digests = { log: digestBytes(Buffer.from(origin)), checkpoint, proof: digestBytes(proof) }
  return database.transact(async (tx) => {
    const isNew = await store.keep(tx, size, { chain, note, proof })
    if (isNew) await evidence.append(tx, { type: 'anchor.placed', actor: did, chain, ...digests })
    return isNew
  })
}
