/** Dataset → product → contract → request → result: everything the logs say about one result. */
import { latestBefore } from './defect.ts'
import type { EntryIndex, Recorded } from './entry-index.ts'
import { type HolderTrace, traceHolder } from './holder-trace.ts'
import { type JobTrace, traceJob } from './job-trace.ts'
import { isLogOf } from './log-owner.ts'
import { type PolicyTenure, policyTenure, type Tenure } from './tenure.ts'

export interface Lineage {
  readonly delivered: Recorded<'result.delivered'>
  readonly received: Recorded<'request.received'> | undefined
  /** The last decision that the delivery can rest on. */
  readonly decided: Recorded<'request.decided'> | undefined
  readonly contract: Tenure<'contract.filed', 'contract.signed' | 'contract.terminated'> | undefined
  /** The product as its holders published it last before they took part; all if none did. */
  readonly products: readonly Recorded<'product.published'>[]
  readonly grants: readonly Tenure<
    'grant.issued',
    'grant.suspended' | 'grant.resumed' | 'grant.revoked'
  >[]
  readonly consents: readonly Tenure<'consent.issued', 'consent.used' | 'consent.revoked'>[]
  /** Those of the decision, as the party that decided had them in force. */
  readonly policies: readonly PolicyTenure[]
  readonly budgets: readonly Recorded<'budget.reserved'>[]
  readonly plan: Recorded<'plan.made'> | undefined
  /** Names the release authority (发布机构) of the session, as the delivering log has it. */
  readonly opened: Recorded<'session.opened'> | undefined
  /** What every log says of that opening. */
  readonly openings: readonly Recorded<'session.opened'>[]
  readonly transcript: Recorded<'session.transcript'> | undefined
  /** Every record of that transcript: pieces of a long roster, and what other logs say of it. */
  readonly transcripts: readonly Recorded<'session.transcript'>[]
  readonly voided: readonly Recorded<'session.void'>[]
  readonly inputs: readonly Recorded<'input.submitted'>[]
  /** What the own log of each holder of the roster says, where those logs are at hand. */
  readonly holders: readonly HolderTrace[]
  /** What any log says to have been submitted by its owner. */
  readonly submitted: readonly Recorded<'holder.submitted'>[]
  /** Inputs that did not fit into the record of the release. */
  readonly moreInputs: readonly Recorded<'release.inputs'>[]
  readonly sealed: readonly Recorded<'release.sealed'>[]
  /** The sandbox job that made the result, where no release did. */
  readonly job: JobTrace | undefined
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
  const { request, result } = delivered.entry
  const session = sessionOf(index, delivered)
  const decisions = index.naming('request.decided', request)
  const decided = latestBefore(decisions, session.transcript ?? delivered) ?? decisions[0]
  const plan = planOf(index, request, session.opened ?? session.transcript ?? delivered)
  const contract = decided && tenureOfContract(index, decided.entry.contract)
  const product = plan?.entry.product ?? contract?.issued?.entry.product ?? ''
  const holders = holdersOf(index, session, product)
  return {
    delivered,
    received: index.naming('request.received', request)[0],
    decided,
    contract,
    products: holders.length > 0 ? holders.flatMap(newest) : publishedBy(index, product),
    grants: (decided?.entry.grants ?? []).map((grant) => tenureOfGrant(index, grant)),
    consents: (decided?.entry.consents ?? []).map((consent) => tenureOfConsent(index, consent)),
    policies: decided ? policiesOf(index, decisions, decided) : [],
    budgets: index.naming('budget.reserved', request),
    plan,
    ...session,
    holders,
    job: delivered.entry.job ? traceJob(index, delivered.entry.job, request) : undefined,
    acknowledged: index.naming('result.acknowledged', result),
    metered: index.naming('meter.counted', result),
  }
}

// A decision may be told in several entries; a retry is decided anew, perhaps by other policies.
function policiesOf(
  index: EntryIndex,
  decisions: readonly Recorded<'request.decided'>[],
  decided: Recorded<'request.decided'>,
): PolicyTenure[] {
  const pieces = decisions.filter(({ entry }) => entry.snapshot === decided.entry.snapshot)
  const digests = new Set(pieces.flatMap(({ entry }) => entry.policies))
  return [...digests].map((digest) => policyTenure(index, digest, decided))
}

// A retry plans anew: its plan is the last one before its session was opened.
function planOf(index: EntryIndex, request: string, moment: Recorded): Lineage['plan'] {
  const plans = index.naming('plan.made', request)
  return latestBefore(plans, moment) ?? plans[0]
}

function holdersOf(
  index: EntryIndex,
  { transcript, transcripts }: Pick<Lineage, 'transcript' | 'transcripts'>,
  product: string,
): HolderTrace[] {
  if (transcript === undefined) return []
  const roster = new Set(transcripts.flatMap(({ entry }) => entry.holders))
  const names = { ...transcript.entry, product }
  return [...roster].map((holder) => traceHolder(index, holder, names))
}

function newest({ published }: HolderTrace): readonly Recorded<'product.published'>[] {
  return published.slice(-1)
}

function publishedBy(index: EntryIndex, product: string): Recorded<'product.published'>[] {
  return index
    .naming('product.published', product)
    .filter(({ log, entry }) => entry.product === product && isLogOf(log, entry.holder))
}

// A result without a transcript names no session: looking up the empty text finds nothing.
function sessionOf(index: EntryIndex, { log, entry: { transcript = '' } }: Lineage['delivered']) {
  const transcripts = index.naming('session.transcript', transcript)
  const own = transcripts.find((record) => record.log === log) ?? transcripts[0]
  const openings = index.naming('session.opened', own?.entry.session ?? '')
  return {
    opened: openings.find((record) => record.log === log) ?? openings[0],
    openings,
    transcript: own,
    transcripts,
    voided: index.naming('session.void', own?.entry.session ?? ''),
    inputs: index.naming('input.submitted', transcript),
    submitted: index.naming('holder.submitted', transcript),
    moreInputs: index.naming('release.inputs', transcript),
    sealed: index.naming('release.sealed', transcript),
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
