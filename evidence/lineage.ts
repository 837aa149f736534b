/** Dataset → product → contract → request → result: everything the logs say about one result. */
import type { EntryType } from './entry-fields.ts'
import type { EntryIndex, Recorded } from './entry-index.ts'

/** The records about one thing that is issued, may be interrupted, and ends. */
export interface Tenure<Issued extends EntryType, Event extends EntryType> {
  readonly digest: string
  readonly issued: Recorded<Issued> | undefined
  readonly events: readonly Recorded<Event>[]
}

export interface Lineage {
  readonly delivered: Recorded<'result.delivered'>
  readonly received: Recorded<'request.received'> | undefined
  readonly decided: Recorded<'request.decided'> | undefined
  readonly contract: Tenure<'contract.filed', 'contract.signed' | 'contract.terminated'> | undefined
  readonly products: readonly Recorded<'product.published'>[]
  readonly grants: readonly Tenure<
    'grant.issued',
    'grant.suspended' | 'grant.resumed' | 'grant.revoked'
  >[]
  readonly consents: readonly Tenure<'consent.issued', 'consent.used' | 'consent.revoked'>[]
  readonly policies: readonly Tenure<'policy.enabled', 'policy.disabled'>[]
  readonly budgets: readonly Recorded<'budget.reserved'>[]
  readonly plan: Recorded<'plan.made'> | undefined
  readonly transcript: Recorded<'session.transcript'> | undefined
  readonly voided: readonly Recorded<'session.void'>[]
  readonly inputs: readonly Recorded<'input.submitted'>[]
  /** What the holders' own logs say, where those logs are at hand. */
  readonly submitted: readonly Recorded<'holder.submitted'>[]
  /** Inputs that did not fit into the record of the release. */
  readonly moreInputs: readonly Recorded<'release.inputs'>[]
  readonly gated: readonly Recorded<'release.gated'>[]
  readonly sealed: readonly Recorded<'release.sealed'>[]
  readonly acknowledged: readonly Recorded<'result.acknowledged'>[]
  readonly metered: readonly Recorded<'meter.counted'>[]
}

/** Finds the deliveries of a result by its digest or by the watermark of a copy. */
export function findDeliveries(index: EntryIndex, id: string): Recorded<'result.delivered'>[] {
  return index
    .naming('result.delivered', id)
    .filter(({ entry }) => entry.result === id || entry.watermark === id)
}

/** Gathers by digest alone; whether it is complete and in force is `checkChain`'s to say. */
export function traceResult(index: EntryIndex, delivered: Recorded<'result.delivered'>): Lineage {
  const { request, transcript, result } = delivered.entry
  const decided = index.naming('request.decided', request)[0]
  const plan = index.naming('plan.made', request)[0]
  const ofTranscript = index.naming('session.transcript', transcript)[0]
  const session = ofTranscript?.entry.session
  const contract = decided && tenureOfContract(index, decided.entry.contract)
  const product = plan?.entry.product ?? contract?.issued?.entry.product
  return {
    delivered,
    received: index.naming('request.received', request)[0],
    decided,
    contract,
    products: product ? index.naming('product.published', product) : [],
    grants: (decided?.entry.grants ?? []).map((grant) => tenureOfGrant(index, grant)),
    consents: (decided?.entry.consents ?? []).map((consent) => tenureOfConsent(index, consent)),
    policies: (decided?.entry.policies ?? []).map((policy) => ({
      digest: policy,
      issued: index.naming('policy.enabled', policy)[0],
      events: index.naming('policy.disabled', policy),
    })),
    budgets: index.naming('budget.reserved', request),
    plan,
    transcript: ofTranscript,
    voided: session ? index.naming('session.void', session) : [],
    inputs: index.naming('input.submitted', transcript),
    submitted: index.naming('holder.submitted', transcript),
    moreInputs: index.naming('release.inputs', transcript),
    gated: index.naming('release.gated', transcript),
    sealed: index.naming('release.sealed', transcript),
    acknowledged: index.naming('result.acknowledged', result),
    metered: index.naming('meter.counted', result),
  }
}

function tenureOfContract(index: EntryIndex, digest: string): Lineage['contract'] {
  const events = [
    ...index.naming('contract.signed', digest),
    ...index.naming('contract.terminated', digest),
  ]
  return { digest, issued: index.naming('contract.filed', digest)[0], events }
}

function tenureOfGrant(index: EntryIndex, digest: string): Lineage['grants'][number] {
  const events = [
    ...index.naming('grant.suspended', digest),
    ...index.naming('grant.resumed', digest),
    ...index.naming('grant.revoked', digest),
  ]
  return { digest, issued: index.naming('grant.issued', digest)[0], events }
}

function tenureOfConsent(index: EntryIndex, digest: string): Lineage['consents'][number] {
  const events = [
    ...index.naming('consent.used', digest),
    ...index.naming('consent.revoked', digest),
  ]
  return { digest, issued: index.naming('consent.issued', digest)[0], events }
}
