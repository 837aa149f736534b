import type { Recorded } from './entry-index.ts'
import type { HolderTrace } from './holder-trace.ts'
import type { Lineage } from './lineage.ts'

/** Every record that a lineage rests on; some stand in it more than once. */
export function recordsOf(lineage: Lineage): Recorded[] {
  const { contract, grants, consents, policies } = lineage
  const published = policies.map((policy) => policy.published)
  const tenures = [contract, ...grants, ...consents, ...policies].flatMap((tenure) =>
    tenure ? [tenure.issued, ...tenure.events] : [],
  )
  const { delivered, received, decided, plan, opened, job, ...lists } = lineage
  const steps = [job?.registered, job?.started, job?.finished]
  const single = [delivered, received, decided, plan, opened, ...steps, ...published, ...tenures]
  const many = [
    ...lists.products,
    ...lists.budgets,
    ...lists.openings,
    ...lists.transcripts,
    ...lists.voided,
    ...lists.inputs,
    ...lists.holders.flatMap(recordsOfHolder),
    ...lists.submitted,
    ...lists.moreInputs,
    ...(job?.judged ?? []),
    ...(job?.reviewed ?? []),
    ...lists.sealed,
    ...lists.acknowledged,
    ...lists.metered,
  ]
  return [...single, ...many].filter((record) => record !== undefined)
}

function recordsOfHolder(trace: HolderTrace): (Recorded | undefined)[] {
  const { published, registered, withdrawn, policies, decided, reserved, checked, voided } = trace
  const standing = policies.flatMap(({ issued, events }) => [issued, ...events])
  return [...standing, ...registered, ...published, withdrawn, decided, reserved, checked, voided]
}
