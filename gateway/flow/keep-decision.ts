import { type Digest, digestOf } from '#crypto/digest'
import { inEntries } from '#evidence/in-entries'
import { planDigest } from '#protocol/plans/plan'
import { referencePreimage } from '#protocol/session'
import type { PlannedQuery, QueryDecision } from '../decision/decide-query.ts'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { JournalEntry } from '../journal.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { keepQuestionOpenings } from './keep-openings.ts'

/** Writes a request that is seen for the first time; its ticket comes with the decision. */
export async function keepQuery(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { request, requestDigest, plan }: PlannedQuery,
  jws: string,
): Promise<void> {
  await desk.queries.insert(tx, {
    request: requestDigest,
    consumer: request.consumer,
    deliver_to: request.deliverTo,
    jws,
    plan: planDigest(plan),
    refusal: null,
    ticket: '',
    decided_at: instant(desk),
  })
}

/**
 * Writes what was asked and decided, to the log and to the store, and keeps what the log's digests
 * stand for; the first denial of a request is final, a later one leaves it void.
 */
export async function keepDecision(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  planned: PlannedQuery,
  decision: QueryDecision,
  { isFirst }: { readonly isFirst: boolean },
): Promise<void> {
  const { requestDigest, plan } = planned
  await keepQuestionOpenings(desk, tx, planned)
  const received = isFirst ? [receivedEntry(planned)] : []
  const judged = [...received, ...decidedEntries(desk, planned, decision)]
  const reserved = reservedEntries(requestDigest, decision)
  const tickets = await desk.journal.appendAll(tx, [...judged, ...reserved])
  const ticket = tickets[judged.length - 1] ?? ''
  const code = codeOf(decision)
  const refused = isFirst ? { refusal: code, plan: null } : {}
  const change = decision.effect === 'deny' ? refused : { plan: planDigest(plan) }
  await desk.queries.changeQuery(tx, requestDigest, { ticket, ...change })
}

function receivedEntry({ request, requestDigest }: PlannedQuery): JournalEntry {
  return {
    type: 'request.received',
    request: requestDigest,
    consumer: request.consumer,
    contract: request.contract.digest,
    reference: referencePreimage(request).digest,
  }
}

function decidedEntries(
  desk: GatewayDesk,
  { request, requestDigest }: PlannedQuery,
  decision: QueryDecision,
): JournalEntry[] {
  const snapshot = desk.snapshot().digest
  return inEntries(decision.policies).map((policies) => ({
    type: 'request.decided',
    request: requestDigest,
    decision: codeOf(decision),
    policies,
    snapshot,
    contract: request.contract.digest,
    grants: [],
    consents: [],
    cohort: 'GROUP',
  }))
}

function reservedEntries(request: Digest, decision: QueryDecision): JournalEntry[] {
  if (decision.effect === 'deny') return []
  return decision.reserved.map(({ key, amount }) => {
    return {
      type: 'budget.reserved',
      request,
      budget: digestOf('baotu/budget', key),
      units: amount,
    }
  })
}

function codeOf(decision: QueryDecision): string {
  return decision.effect === 'permit' ? 'PERMIT' : decision.code
}
