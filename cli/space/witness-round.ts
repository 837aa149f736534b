import type { AskWitness } from '#evidence/cosigned-log'
import { CosignedStore } from '#evidence/cosigned-store'
import { EvidenceError } from '#evidence/evidence-error'
import { gatherCosignatures } from '#evidence/gather-cosignatures'
import { type NoteVerifier, parseVerifierKey } from '#evidence/note-key'
import { partyWitness, type WitnessingParty } from '#evidence/party-witness'
import { SplitStore } from '#evidence/split-store'
import type { TrustPolicy } from '#evidence/trust-policy'
import { witnessStore } from '#evidence/witness-store'

/** What the others say of one log: its cosigned checkpoint, and every note of it that they hold. */
export interface WitnessedLog {
  readonly cosigned?: string
  readonly seen: readonly string[]
}

// The parties' own processes may be in the middle of a round: then it goes on from where they are.
const TRIES = 4

/**
 * One round among parties whose databases and keys are all at hand, as on the machine of a
 * demonstration: each shows its newest checkpoint to its witnesses, by the stores and rules by which
 * the running parties do. What they already hold is never changed by it but to grow.
 */
export async function witnessRound(
  log: WitnessingParty,
  witnesses: readonly WitnessingParty[],
  policy: TrustPolicy,
): Promise<WitnessedLog> {
  const own = parseVerifierKey(log.evidence.vkey)
  const keys = [own, ...witnesses.map(({ cosigner }) => cosigner.verifier)]
  const store = new CosignedStore(log.database, log.spaceId, keys)
  const reached = witnesses.map((party) => {
    const witness = partyWitness(party, own)
    const ask: AskWitness = (body) => witness.addCheckpoint(body)
    return { verifier: party.cosigner.verifier, ask }
  })
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { unavailable } = await gatherCosignatures(log.evidence, own, reached, store).catch(
      onFork,
    )
    if (unavailable.length === 0) break
  }
  const cosigned = await store.newest(policy)
  const seen = await Promise.all(witnesses.map((party) => notesOf(party, own)))
  return { ...(cosigned !== undefined && { cosigned }), seen: [...new Set(seen.flat())] }
}

// Nothing is lost by it: both notes are with the witness, and the export takes them along.
function onFork(error: unknown): { readonly unavailable: readonly string[] } {
  if (error instanceof EvidenceError && error.code === 'LOG_FORKED') return { unavailable: [] }
  throw error
}

async function notesOf({ database, spaceId }: WitnessingParty, log: NoteVerifier) {
  const held = await witnessStore(database, spaceId).latest(log.name)
  const split = await new SplitStore(database, spaceId).notes(log.name)
  return [...(held === undefined ? [] : [held]), ...split]
}
