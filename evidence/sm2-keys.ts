import type { ReadSm2Keys } from './check-sm2.ts'
import { EvidenceError } from './evidence-error.ts'
import { parseSm2VerifierKey } from './sm2-note.ts'

/**
 * One verifier key a line; lines that begin with # are the reader's own. NOTE_KEY_MALFORMED
 * otherwise, and TRUST_POLICY_MALFORMED for a key of a log that the policy does not list: it would
 * check nothing.
 */
export const parseSm2Keys: ReadSm2Keys = (text, { logs }) => {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const keys = lines.map(parseSm2VerifierKey)
  const stray = keys.find((key) => !logs.some(({ name }) => name === key.name))
  if (stray) {
    throw new EvidenceError('TRUST_POLICY_MALFORMED', `no log ${stray.name} for an SM2 key`)
  }
  return keys
}
