import { EvidenceError } from './evidence-error.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import { parseNote } from './signed-note.ts'
import { parseSm2VerifierKey } from './sm2-note.ts'
import type { TrustPolicy } from './trust-policy.ts'
import { verifyNote } from './verify-note.ts'

/**
 * Reads a reader's own list of SM2 keys, one verifier key a line. NOTE_KEY_MALFORMED otherwise, and
 * TRUST_POLICY_MALFORMED for a key of a log that the policy does not list: it would check nothing.
 */
export function parseSm2Keys(text: string, { logs }: TrustPolicy): NoteVerifier[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const keys = lines.map(parseSm2VerifierKey)
  const stray = keys.find((key) => !logs.some(({ name }) => name === key.name))
  if (stray)
    throw new EvidenceError('TRUST_POLICY_MALFORMED', `no log ${stray.name} for an SM2 key`)
  return keys
}

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
