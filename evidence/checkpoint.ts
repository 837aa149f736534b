import { HASH_BYTES } from '#crypto/merkle'
import { EvidenceError } from './evidence-error.ts'
import { decodeBase64 } from './signed-note.ts'

/** A log's head (C2SP tlog-checkpoint). Extension lines are neither written nor accepted. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

const SIZE = /^(0|[1-9][0-9]{0,15})$/

/** The note text: origin, size, root, each line ended. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** Refuses with NOTE_MALFORMED; says nothing about signatures. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n')
  if (!origin || size === undefined || root === undefined || end !== '' || more.length > 0) {
    throw new EvidenceError('NOTE_MALFORMED', 'a checkpoint has exactly three lines')
  }
  const bytes = decodeBase64(root)
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size)) || bytes.length !== HASH_BYTES) {
    throw new EvidenceError('NOTE_MALFORMED', 'checkpoint size or root')
  }
  return { origin, size: Number(size), root: bytes }
}
