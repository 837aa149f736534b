import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { EvidenceError } from './evidence-error.ts'
import { cosignatureTime, type NoteVerifier } from './note-key.ts'
import { parseNote, type SignedNote } from './signed-note.ts'

export interface VerifiedSignature {
  readonly verifier: NoteVerifier
  /** Seconds since the epoch, for a cosignature. */
  readonly time: bigint | undefined
}

/**
 * The signatures of known keys on a note. Lines of unknown keys are ignored, as signed-note asks;
 * a known key's line that fails refuses the whole note, and so does a note that no known key signed
 * (NOTE_REFUSED).
 */
export function verifyNote(note: SignedNote, known: readonly NoteVerifier[]): VerifiedSignature[] {
  const verified: VerifiedSignature[] = []
  for (const { name, keyId, signature } of note.signatures) {
    const verifier = known.find((key) => key.name === name && key.keyId === keyId)
    if (verifier === undefined) continue
    if (!verifier.verify(note.text, signature)) refuse(`signature of ${name} does not verify`)
    const time = verifier.kind.endsWith('cosignature') ? cosignatureTime(signature) : undefined
    verified.push({ verifier, time })
  }
  if (verified.length === 0) refuse('no signature of a known key')
  return verified
}

/** A checkpoint that the log's own key signed under its origin; throws NOTE_REFUSED otherwise. */
export function openCheckpoint(note: string, log: NoteVerifier): Checkpoint {
  const parsed = parseNote(note)
  verifyNote(parsed, [log])
  const checkpoint = parseCheckpoint(parsed.text)
  if (checkpoint.origin !== log.name) refuse('origin is not the name of the key')
  return checkpoint
}

function refuse(detail: string): never {
  throw new EvidenceError('NOTE_REFUSED', detail)
}
