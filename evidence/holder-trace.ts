/** What one holder's own log says of its part in one session. Node only. */
import { isBefore } from './defect.ts'
import type { EntryType } from './entry-fields.ts'
import type { EntryIndex, Recorded } from './entry-index.ts'
import { isLogOf } from './log-owner.ts'
import { type PolicyTenure, policyTenure } from './tenure.ts'

/** Which session of which product is looked for; the empty text finds nothing. */
export interface SessionNames {
  readonly session: string
  readonly transcript: string
  readonly product: string
}

export interface HolderTrace {
  readonly holder: string
  /** Every publication of the product before the holder agreed to take part, oldest first. */
  readonly published: readonly Recorded<'product.published'>[]
  /** Set when the product was withdrawn after the last of them and before that. */
  readonly withdrawn: Recorded<'product.withdrawn'> | undefined
  /** The first registration of each dataset that those or the submission name. */
  readonly registered: readonly Recorded<'dataset.registered'>[]
  /** Its last decision: one that refused may be asked once more after a crash. */
  readonly decided: Recorded<'holder.decided'> | undefined
  /** The policies that it was decided by; a long list is told in several entries. */
  readonly policies: readonly PolicyTenure[]
  readonly reserved: Recorded<'holder.reserved'> | undefined
  readonly checked: Recorded<'holder.checked'> | undefined
  readonly submitted: readonly Recorded<'holder.submitted'>[]
  readonly voided: Recorded<'holder.voided'> | undefined
}

/** Only the holder's own log counts: whoever else writes in its name proves nothing. */
export function traceHolder(
  index: EntryIndex,
  holder: string,
  { session, transcript, product }: SessionNames,
): HolderTrace {
  const own = <T extends EntryType>(type: T, value: string) =>
    index.naming(type, value).filter(({ log, entry }) => {
      return entry.actor === holder && isLogOf(log, holder)
    })
  const decisions = own('holder.decided', session)
  const decided = decisions.at(-1)
  const pieces = decisions.filter(({ entry }) => entry.policy === decided?.entry.policy)
  const policies = new Set(pieces.flatMap(({ entry }) => entry.policies))
  const submitted = own('holder.submitted', transcript)
  const moment = decided ?? submitted[0]
  const earlier = (record: Recorded) => moment === undefined || isBefore(record, moment)
  const published = own('product.published', product)
    .filter(({ entry }) => entry.product === product)
    .filter(earlier)
  const last = published.at(-1)
  const datasets = new Set([...published, ...submitted].flatMap(({ entry }) => entry.datasets))
  return {
    holder,
    published,
    withdrawn: own('product.withdrawn', product).find((record) => {
      return earlier(record) && (last === undefined || isBefore(last, record))
    }),
    registered: [...datasets].flatMap((dataset) => own('dataset.registered', dataset)[0] ?? []),
    decided,
    policies: decided ? [...policies].map((one) => policyTenure(index, one, decided)) : [],
    reserved: own('holder.reserved', session)[0],
    checked: own('holder.checked', transcript)[0],
    submitted,
    voided: own('holder.voided', session).find(({ entry }) => {
      return (entry.transcript ?? transcript) === transcript
    }),
  }
}
