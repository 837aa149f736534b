/**
 * A log asking its witnesses (C2SP tlog-witness, the log's side). Transport is the caller's: a
 * gateway posts to other gateways, a connector that only dials out fetches the request and posts
 * the answer. The cosigned note is what relying parties hold the log to.
 */
import { EvidenceError } from './evidence-error.ts'
import { loadTree, tilesFrom } from './log-tree.ts'
import type { NoteVerifier } from './note-key.ts'
import { formatNote, parseNote, parseSignatures, type SignedNote } from './signed-note.ts'
import type { TileSource } from './tile-source.ts'
import { openCheckpoint, verifyNote } from './verify-note.ts'

/** Sends an add-checkpoint body to one witness and gives what it answered. */
export type AskWitness = (
  body: string,
) => Promise<{ readonly status: number; readonly body: string }>

/** The body of `add-checkpoint` for a witness that last cosigned `old` entries. */
export async function witnessRequest(
  source: TileSource,
  log: NoteVerifier,
  old: number,
  note: string,
): Promise<string> {
  const { size } = openCheckpoint(note, log)
  if (old > size) throw new EvidenceError('LOG_FORKED', `a witness holds ${old} of ${size} entries`)
  const tree = await loadTree(tilesFrom(source), size, [old - 1])
  const proof = tree.consistencyProof(old).map((hash) => Buffer.from(hash).toString('base64'))
  return [`old ${old}`, ...proof, '', note].join('\n')
}

/**
 * The checkpoint with one witness's line added. The witness's size conflict is answered by the
 * proof from there. LOG_FORKED when the witness holds more than the log does, or refuses it as no
 * continuation: the database was rolled back, or the log showed two histories.
 */
export async function cosignedBy(
  source: TileSource,
  log: NoteVerifier,
  witness: NoteVerifier,
  ask: AskWitness,
): Promise<string> {
  const note = await source.checkpoint()
  let answer = await ask(await witnessRequest(source, log, 0, note))
  if (answer.status === 409) {
    answer = await ask(await witnessRequest(source, log, Number(answer.body), note))
  }
  if (answer.status === 422) throw new EvidenceError('LOG_FORKED', `${witness.name} refuses it`)
  if (answer.status !== 200) {
    throw new EvidenceError('WITNESS_UNAVAILABLE', `${witness.name} answered ${answer.status}`)
  }
  return withCosignatures(note, answer.body, [witness])
}

/** Adds those lines that known witnesses made over exactly this checkpoint; each witness once. */
export function withCosignatures(
  note: string,
  lines: string,
  witnesses: readonly NoteVerifier[],
): string {
  const { text, signatures } = parseNote(note)
  const offered: SignedNote = { text, signatures: parseSignatures(lines) }
  const good = verifyNote(offered, witnesses)
  const kept = offered.signatures.filter(({ name, keyId }) => {
    const isGood = good.some(({ verifier }) => verifier.name === name && verifier.keyId === keyId)
    return isGood && !signatures.some((own) => own.name === name && own.keyId === keyId)
  })
  return formatNote({ text, signatures: [...signatures, ...kept] })
}
