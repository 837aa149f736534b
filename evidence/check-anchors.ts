/**
 * Anchored checkpoints that a folder brings along: each must be of this history, and the log must
 * record exactly this proof. Whether the chain really holds it is to be asked of the chain, by the
 * checkpoint's digest. Node only.
 */
import { hash } from 'node:crypto'
import { checkpointDigest } from './anchor.ts'
import { type AnchorRecord, parseAnchorRecord } from './anchor-record.ts'
import { checkSeen, type SeenNote } from './check-history.ts'
import type { CheckedLog } from './check-log.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import { parseNote } from './signed-note.ts'

/** How much of a log its folder shows to be anchored in one chain. */
export interface AnchoredUpTo {
  readonly origin: string
  readonly chain: string
  /** How many records the newest anchored checkpoint has. */
  readonly size: number
}

export interface CheckedAnchors {
  readonly findings: readonly Finding[]
  /** One for each chain that holds a checkpoint of this log, as far as the log says so too. */
  readonly anchored: readonly AnchoredUpTo[]
}

/** Checks the files of one log's `anchors/` folder; `note` is a file's text. */
export function checkAnchors(
  files: readonly SeenNote[],
  log: NoteVerifier,
  checked: CheckedLog,
): CheckedAnchors {
  const findings: Finding[] = []
  const newest = new Map<string, number>()
  const recorded = recordedIn(checked, log)
  for (const { file, note: text } of files) {
    const record = parseAnchorRecord(text)
    const found = record
      ? disagreements(record, { file, note: record.note }, log, checked, recorded)
      : [{ code: 'ANCHOR_DISAGREES', log: log.name, file, detail: 'cannot be read' } as const]
    findings.push(...found)
    if (record === undefined || found.length > 0) continue
    const { size } = parseCheckpoint(parseNote(record.note).text)
    newest.set(record.chain, Math.max(size, newest.get(record.chain) ?? 0))
  }
  const anchored = [...newest].map(([chain, size]) => ({ origin: log.name, chain, size }))
  return { findings, anchored }
}

/** Sequence numbers of `anchor.placed`, by what each says. */
type RecordedAnchors = ReadonlyMap<string, number>

function recordedIn({ entries }: CheckedLog, { name }: NoteVerifier): RecordedAnchors {
  const own = `sha256-${hash('sha256', name, 'hex')}`
  const recorded = new Map<string, number>()
  for (const [index, entry] of entries) {
    if (entry.type !== 'anchor.placed' || entry.log !== own) continue
    const { chain, checkpoint, proof } = entry
    recorded.set(`${chain} ${checkpoint}`, index)
    recorded.set(`${chain} ${checkpoint} ${proof}`, index)
  }
  return recorded
}

function disagreements(
  { chain, note, proof }: AnchorRecord,
  seen: SeenNote,
  log: NoteVerifier,
  checked: CheckedLog,
  recorded: RecordedAnchors,
): Finding[] {
  const split = checkSeen(seen, log, checked)
  if (split.length > 0) return split
  const placed = `${chain} ${checkpointDigest(note)}`
  if (recorded.has(`${placed} sha256-${hash('sha256', proof, 'hex')}`)) return []
  const index = recorded.get(placed)
  const at = { log: log.name, file: seen.file, ...(index !== undefined && { index }) }
  const detail = index === undefined ? 'the log records no such anchor' : 'another proof'
  return [{ code: 'ANCHOR_DISAGREES', ...at, detail }]
}
