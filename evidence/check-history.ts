/**
 * One history for everybody: every checkpoint that anyone else holds of this log must be a prefix of
 * the one shown here. A log that showed two histories is caught by any one of them.
 */
import { sameHash } from '#crypto/merkle'
import type { CheckedLog } from './check-log.ts'
import type { Checkpoint } from './checkpoint.ts'
import { entryBytes } from './entry-form.ts'
import { EvidenceError } from './evidence-error.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import { checkReceipt, parseProof, type Receipt } from './receipt.ts'
import { parseNote } from './signed-note.ts'
import type { TrustPolicy } from './trust-policy.ts'
import { openCheckpoint, verifyNote } from './verify-note.ts'

/** A checkpoint that someone else holds, and the file it came in. */
export interface SeenNote {
  readonly file: string
  readonly note: string
}

/** The checkpoint must be the log's and a prefix of what was checked. */
export function checkSeen(seen: SeenNote, log: NoteVerifier, checked: CheckedLog): Finding[] {
  const held = open(seen.note, log)
  const at = { log: log.name, file: seen.file }
  if (held === undefined) return [{ ...at, code: 'CHECKPOINT_REFUSED', detail: 'not of this log' }]
  return isPrefix(held, checked)
    ? []
    : [{ ...at, code: 'HISTORY_SPLIT', detail: `size ${held.size} of another history` }]
}

/**
 * Enough witnesses must have cosigned this checkpoint, and it must be a prefix. One line of a known
 * witness that does not verify refuses the note, and with it all others.
 */
export function checkQuorum(
  seen: SeenNote,
  log: NoteVerifier,
  policy: TrustPolicy,
  checked: CheckedLog,
): Finding[] {
  const split = checkSeen(seen, log, checked)
  if (split.length > 0) return split
  const notMet = { code: 'QUORUM_NOT_MET', log: log.name, file: seen.file } as const
  try {
    const isMet = policy.isQuorum(cosigners(seen.note, log, policy))
    return isMet ? [] : [{ ...notMet, detail: 'too few witnesses' }]
  } catch {
    return [{ ...notMet, detail: 'a cosignature does not verify' }]
  }
}

/** A receipt must hold against the log's key, and its entry stand at its place in this history. */
export function checkHeldReceipt(
  seen: SeenNote,
  log: NoteVerifier,
  checked: CheckedLog,
): Finding[] {
  const receipt = parseHeld(seen, log)
  if ('code' in receipt) return [receipt]
  const at = { log: log.name, index: receipt.index, file: seen.file }
  const split = checkSeen({ file: seen.file, note: receipt.checkpoint }, log, checked)
  if (split.length > 0) return split.map((finding) => ({ ...finding, ...at }))
  const stands = checked.entries.get(receipt.index)
  const isSame = stands && Buffer.from(entryBytes(stands)).toString() === receipt.entry
  return isSame ? [] : [{ ...at, code: 'ENTRY_ALTERED', detail: 'the receipt shows another entry' }]
}

function parseHeld({ file, note }: SeenNote, log: NoteVerifier): Receipt | Finding {
  try {
    const receipt = parseProof(note)
    checkReceipt(receipt, log)
    return receipt
  } catch (error) {
    const detail = error instanceof EvidenceError ? error.code : 'unreadable'
    return { code: 'RECEIPT_REFUSED', log: log.name, file, detail }
  }
}

/** Who else cosigned this note, by verifier key. */
export function cosigners(
  note: string,
  log: NoteVerifier,
  { witnesses }: TrustPolicy,
): Set<string> {
  // What a party says of its own log counts for nothing: its witness key bears its log's name.
  const others = witnesses.filter(({ name }) => name !== log.name)
  const verified = verifyNote(parseNote(note), [log, ...others])
  return new Set(verified.map(({ verifier }) => verifier.vkey))
}

function isPrefix({ size, root }: Checkpoint, { checkpoint, edge }: CheckedLog): boolean {
  if (checkpoint === undefined || size > checkpoint.size || size > edge.size) return false
  return sameHash(edge.viewAt(size).root(), root)
}

function open(note: string, log: NoteVerifier): Checkpoint | undefined {
  try {
    return openCheckpoint(note, log)
  } catch {
    return undefined
  }
}
