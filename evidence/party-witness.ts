import type { Clock } from '#runtime/clock'
import type { Log } from '#runtime/log'
import { EvidenceError } from './evidence-error.ts'
import type { Evidence } from './log.ts'
import type { LogDatabase } from './log-database.ts'
import type { NoteVerifier } from './note-key.ts'
import type { Cosigner } from './note-signer.ts'
import { recordSplit } from './record-split.ts'
import { SplitStore } from './split-store.ts'
import { createWitness, type SplitView, type Witness, type WitnessAnswer } from './witness.ts'
import { witnessStore } from './witness-store.ts'

/** What a party witnesses with: its own key, its own database, its own log to say so. */
export interface WitnessingParty {
  readonly did: string
  readonly spaceId: string
  readonly cosigner: Cosigner
  readonly evidence: Evidence
  readonly database: LogDatabase
  readonly clock: Clock
  readonly log: Pick<Log, 'error'>
}

/** A party as the witness of one other party's log. */
export interface PartyWitness extends Pick<Witness, 'addCheckpoint'> {
  /** The newest note that it cosigned. */
  latest(): Promise<string | undefined>
  /** Throws VIEW_SPLIT while a split of that log is open. */
  assertTrusted(): Promise<void>
}

/**
 * The witness (C2SP tlog-witness) of one log. A view that does not continue the one it holds is put
 * on record in the party's own log, kept with both notes, and from then on nothing of that log is
 * cosigned until an operator has settled it.
 */
export function partyWitness(party: WitnessingParty, log: NoteVerifier): PartyWitness {
  const { cosigner, clock, database, spaceId } = party
  const store = witnessStore(database, spaceId)
  const splits = new SplitStore(database, spaceId)
  const onSplit = (split: SplitView) => keepSplit(party, splits, split)
  const witness = createWitness({ cosigners: [cosigner], logs: [log], store, clock, onSplit })
  const isSplit = () => splits.isOpen(log.name)
  return {
    latest: () => store.latest(log.name),
    addCheckpoint: async (body) => ((await isSplit()) ? REFUSED : witness.addCheckpoint(body)),
    assertTrusted: async () => {
      if (await isSplit()) throw new EvidenceError('VIEW_SPLIT', 'a log showed two histories')
    },
  }
}

const REFUSED: WitnessAnswer = {
  status: 422,
  contentType: 'text/plain; charset=utf-8',
  body: 'this log showed two histories',
}

// Recorded first: after a crash in between the view is refused and recorded once more.
async function keepSplit(
  { evidence, did, log }: WitnessingParty,
  splits: SplitStore,
  split: SplitView,
): Promise<void> {
  const { index } = await recordSplit(evidence, did, split)
  await splits.keep(split)
  log.error({ code: 'VIEW_SPLIT', index }, 'a log showed two histories and is trusted no more')
}
