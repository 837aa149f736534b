/** A holder's part in a session, by its own log: offered, agreed, reserved, checked, submitted. */
import { policyDefects } from './check-authority.ts'
import { isPermitting } from './decision-code.ts'
import { type Defect, disagrees, missing, mustPrecede, notInForce } from './defect.ts'
import type { EntryType } from './entry-fields.ts'
import type { Recorded } from './entry-index.ts'
import type { HolderTrace } from './holder-trace.ts'
import type { Lineage } from './lineage.ts'

/** Every holder of the roster; `transcript` is the record that names them. */
export function* checkHolders(lineage: Lineage, transcript: Recorded): Generator<Defect> {
  for (const trace of lineage.holders) {
    yield* stepDefects(trace, transcript)
    yield* answerDefects(trace, lineage)
    yield* offerDefects(trace, transcript)
  }
}

// The step at which each of them stands before the submission that rests on it.
function* stepDefects(trace: HolderTrace, transcript: Recorded): Generator<Defect> {
  const { holder, decided, reserved, checked, submitted } = trace
  const [own] = submitted
  const steps: readonly (readonly [EntryType, Recorded | undefined])[] = [
    ['holder.decided', decided],
    ['holder.reserved', reserved],
    ['holder.checked', checked],
  ]
  for (const [type, step] of steps) {
    if (step === undefined) yield missing(own ?? transcript, `${type} of ${holder}`, 'holder')
    else if (own) yield* mustPrecede(step, own)
  }
  if (own === undefined) yield missing(transcript, `holder.submitted of ${holder}`, 'holder')
}

function* answerDefects(
  { decided, voided, policies }: HolderTrace,
  lineage: Lineage,
): Generator<Defect> {
  if (voided) yield disagrees(voided, 'delivered although the holder was shown a void')
  if (decided === undefined) return
  if (policies.length === 0) yield missing(decided, 'policy.enabled', 'policy')
  for (const policy of policies) yield* policyDefects(policy, decided)
  if (!isPermitting(decided.entry.decision)) {
    yield disagrees(decided, 'delivered although the holder refused')
  }
  if (decided.entry.request !== lineage.delivered.entry.request) {
    yield disagrees(decided, 'the holder agreed to another request')
  }
}

function* offerDefects(trace: HolderTrace, transcript: Recorded): Generator<Defect> {
  const { holder, published, withdrawn, registered, decided, submitted } = trace
  const last = published.at(-1)
  if (last === undefined) {
    yield missing(decided ?? transcript, `product.published of ${holder}`, 'product')
    return
  }
  if (withdrawn) yield notInForce(withdrawn, 'withdrawn before the holder agreed')
  for (const record of published) {
    for (const dataset of record.entry.datasets) {
      const known = registered.find(({ entry }) => entry.dataset === dataset)
      if (known) yield* mustPrecede(known, record)
      else yield missing(record, `dataset.registered of ${holder}`, 'product')
    }
  }
  const offered = new Set(published.flatMap(({ entry }) => entry.datasets))
  for (const own of submitted) {
    if (!new Set(own.entry.datasets).isSubsetOf(offered)) {
      yield disagrees(own, 'made from data that the product does not name')
    }
  }
}
