/** What witnesses say of the logs of a folder: who cosigned how much, whom they caught. Node only. */
import { hash } from 'node:crypto'
import { cosigners } from './check-history.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { EntryIndex, Recorded } from './entry-index.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import { parseNote } from './signed-note.ts'
import type { TrustPolicy } from './trust-policy.ts'

/** One log with who cosigned it, by the names of their keys, and up to how many records. */
export interface WitnessedLog {
  readonly origin: string
  readonly size: number
  readonly witnesses: readonly string[]
}

/** Nobody, where the note is not this log's. Lines under the log's own name count for nothing. */
export function witnessedBy(note: string, log: NoteVerifier, policy: TrustPolicy): WitnessedLog[] {
  try {
    const cosigned = cosigners(note, log, policy)
    const names = policy.witnesses.filter(({ vkey }) => cosigned.has(vkey)).map(({ name }) => name)
    const { size } = parseCheckpoint(parseNote(note).text)
    return names.length === 0 ? [] : [{ origin: log.name, size, witnesses: names }]
  } catch {
    return []
  }
}

/**
 * Every split view that a party put on record, at its place in that party's log; settled by that
 * party or not, since the log did show two histories. The detail says where it was settled.
 */
export function recordedSplits(entries: EntryIndex, logs: readonly NoteVerifier[]): Finding[] {
  return entries.all('view.split').map(({ log, index, entry }) => {
    const origin = logs.find(
      ({ name }) => `sha256-${hash('sha256', name, 'hex')}` === entry.log,
    )?.name
    const settled = settlementOf({ log, index, entry }, entries)
    const detail = `recorded of ${origin ?? entry.log}${settled ? `, settled by record ${settled.index}` : ''}`
    return { code: 'HISTORY_SPLIT', log, index, detail }
  })
}

function settlementOf({ log, index, entry }: Recorded<'view.split'>, entries: EntryIndex) {
  return entries
    .naming('view.settled', entry.second)
    .find((one) => one.log === log && one.index > index && one.entry.log === entry.log)
}
