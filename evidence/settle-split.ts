import { digestBytes } from '#crypto/digest'
import { EvidenceError } from './evidence-error.ts'
import type { WitnessingParty } from './party-witness.ts'
import type { Receipt } from './receipt.ts'
import { type OpenSplit, SplitStore } from './split-store.ts'

/** Which of the two histories of a split is the true one, as a person has found out. */
export type KeptHistory = 'held' | 'shown'

/**
 * Settles one split: the party trusts that log again, as it continues the history that is kept. The
 * act goes into the party's own log in the same transaction; the record of the split stays there,
 * and the notes stay as proof. Other splits stay open. Throws VIEW_SPLIT when this one is not.
 */
export async function settleSplit(
  { did, spaceId, evidence, database }: Omit<WitnessingParty, 'cosigner' | 'clock' | 'log'>,
  split: OpenSplit,
  keep: KeptHistory,
): Promise<Receipt> {
  const store = new SplitStore(database, spaceId)
  const { origin, held, shown } = split
  const [kept, dropped] = keep === 'held' ? [held, shown] : [shown, held]
  const digests = { log: digest(origin), kept: digest(kept), dropped: digest(dropped) }
  const appended = await database.transact(async (tx) => {
    const isOpen = await store.settle(tx, split)
    if (!isOpen) throw new EvidenceError('VIEW_SPLIT', 'this split is settled already')
    if (keep === 'shown') await store.holdShown(tx, split)
    return evidence.append(tx, { type: 'view.settled', actor: did, ...digests })
  })
  return evidence.receipt(appended)
}

function digest(text: string): string {
  return digestBytes(Buffer.from(text))
}
