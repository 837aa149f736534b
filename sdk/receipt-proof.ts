import { parseEntry } from '#evidence/entry-form'
import { EvidenceError } from '#evidence/evidence-error'
import { parseVerifierKey } from '#evidence/note-key'
import { checkReceipt, formatProof, type Receipt } from '#evidence/receipt'
import type { Answered } from './ask.ts'
import type { Consumer } from './consumer.ts'

/**
 * The receipt of an answer as a C2SP tlog-proof, for the consumer to keep: whoever audits the
 * gateway's log later sees by it whether that is the log that this consumer was shown. Checked
 * first, by the key that the directory lists: it is about the receipt of exactly this result.
 * Throws RECEIPT_REFUSED or NOTE_REFUSED.
 */
export async function receiptProof(
  consumer: Consumer,
  { receipt, release, session }: Pick<Answered, 'receipt' | 'release' | 'session'>,
): Promise<string> {
  const directory = await consumer.party.directory.current()
  const { log } = directory.participant(session.invitation.gateway, 'gateway')
  if (receipt === undefined || log === undefined || !isAbout(receipt, release.result)) {
    throw new EvidenceError('RECEIPT_REFUSED', 'no receipt of this result')
  }
  checkReceipt(receipt, parseVerifierKey(log))
  return formatProof(receipt)
}

function isAbout({ entry }: Receipt, result: string): boolean {
  const told = parseEntry(Buffer.from(entry))
  return told.type === 'result.acknowledged' && told.result === result
}
