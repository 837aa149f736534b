import { EvidenceError } from './evidence-error.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import { parseNote } from './signed-note.ts'
import type { TrustPolicy } from './trust-policy.ts'
import { verifyNote } from './verify-note.ts'

/** Reads a reader's list of SM2 keys. Handed in, as it needs a library of curves. */
export type ReadSm2Keys = (text: string, policy: TrustPolicy) => readonly NoteVerifier[]

/** Whoever pins a log's SM2 key demands its line on the checkpoint; one that fails is a finding. */
export function checkSm2Line(note: string, key: NoteVerifier): Finding[] {
  try {
    verifyNote(parseNote(note), [key])
    return []
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
    const detail = 'no valid line of the SM2 key given'
    return [{ code: 'CHECKPOINT_REFUSED', log: key.name, file: 'checkpoint', detail }]
  }
}
