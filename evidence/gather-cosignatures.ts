import { type AskWitness, cosignedBy, withCosignatures } from './cosigned-log.ts'
import type { CosignedStore } from './cosigned-store.ts'
import { EvidenceError } from './evidence-error.ts'
import type { NoteVerifier } from './note-key.ts'
import { parseNote, signatureLine } from './signed-note.ts'
import type { TileSource } from './tile-source.ts'
import { openCheckpoint } from './verify-note.ts'

/** One witness and how it is reached. */
export interface ReachedWitness {
  readonly verifier: NoteVerifier
  readonly ask: AskWitness
}

/** What one round came to: the note with every line that came, and who did not answer. */
export interface Gathered {
  readonly note: string
  readonly unavailable: readonly string[]
}

/**
 * Shows the newest checkpoint to every witness and keeps the lines that come. A witness that is
 * down is named and asked again next time; LOG_FORKED from any one ends the round, because then
 * this log is not what it was.
 */
export async function gatherCosignatures(
  source: TileSource,
  log: NoteVerifier,
  witnesses: readonly ReachedWitness[],
  store: CosignedStore,
): Promise<Gathered> {
  const note = await source.checkpoint()
  const same: TileSource = {
    checkpoint: async () => note,
    tile: (level, index) => source.tile(level, index),
    bundle: (index) => source.bundle(index),
  }
  const asked = await Promise.all(
    witnesses.map(({ verifier, ask }) => cosignedBy(same, log, verifier, ask).catch(unavailable)),
  )
  const lines = asked.flatMap((cosigned) => (cosigned ? parseNote(cosigned).signatures : []))
  const text = lines.map(signatureLine).join('')
  const keys = [log, ...witnesses.map(({ verifier }) => verifier)]
  const gathered = text === '' ? note : withCosignatures(note, text, keys)
  await store.keep(openCheckpoint(gathered, log).size, gathered)
  const missing = witnesses.filter((_, i) => asked[i] === undefined)
  return { note: gathered, unavailable: missing.map(({ verifier }) => verifier.name) }
}

function unavailable(error: unknown): undefined {
  if (error instanceof EvidenceError && error.code === 'LOG_FORKED') throw error
}
