import { digestBytes } from '#crypto/digest'
import { formatOpenings } from './bundle.ts'
import type { EvidenceReader, KeptOpening, OpeningStore } from './opening-store.ts'
import type { WitnessingParty } from './party-witness.ts'

/** A party that can open what its own log holds digests of. */
export type DisclosingParty = Pick<WitnessingParty, 'did' | 'evidence' | 'database'> & {
  readonly openings: OpeningStore
}

/**
 * What these parties open to this reader, each by its own store. A party that opens anything writes
 * that to its own log first, to whom and in which role, with the digest of all that is opened
 * together: nothing is disclosed unseen. Throws where a log cannot be written.
 */
export async function disclose(
  parties: readonly DisclosingParty[],
  { did: recipient, role }: EvidenceReader,
): Promise<KeptOpening[]> {
  const shown = await Promise.all(
    parties.map(async ({ did, evidence, database, openings }) => {
      const own = await openings.show(database.reader, { did: recipient, role })
      return { did, evidence, own }
    }),
  )
  const opened = shown.flatMap(({ own }) => own)
  const bundle = digestBytes(Buffer.from(formatOpenings(opened)))
  for (const { did: actor, evidence, own } of shown) {
    if (own.length === 0) continue
    const told = { recipient, role, openings: own.length, bundle }
    await evidence.record({ type: 'evidence.disclosed', actor, ...told })
  }
  return opened
}
