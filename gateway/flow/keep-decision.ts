import { type Digest, digestOf } from '#crypto/digest'
import { inEntries } from '#evidence/in-entries'
import { planDigest } from '#protocol/plans/plan'
import type { PlannedQuery, QueryDecision } from '../decision/decide-query.ts'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { GatewayTransaction } from '../store/schema.ts'

/** Writes a request that is seen for the first time, to the log and to the store. */
export async function keepQuery(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { request, requestDigest, plan }: PlannedQuery,
  jws: string,
): Promise<void> {
  const ticket = await desk.journal.append(tx, {
    type: 'request.received',
    request: requestDigest,
    consumer: request.consumer,
    contract: request.contract.digest,
    reference: referenceDigest(request.nonce, request.requestRef),
  })
  await desk.queries.insert(tx, {
    request: requestDigest,
    consumer: request.consumer,
    deliver_to: request.deliverTo,
    jws,
    plan: planDigest(plan),
    refusal: null,
    ticket,
    decided_at: instant(desk),
  })
}

/** Writes what was decided; the first denial of a request is final, a later one leaves it void. */
export async function keepDecision(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { request, requestDigest, plan }: PlannedQuery,
  decision: QueryDecision,
  { isFirst }: { readonly isFirst: boolean },
): Promise<void> {
  const snapshot = desk.snapshot().digest
  const code = decision.effect === 'permit' ? 'PERMIT' : decision.code
  let ticket = ''
  for (const policies of inEntries(decision.policies)) {
    ticket = await desk.journal.append(tx, {
      type: 'request.decided',
      request: requestDigest,
      decision: code,
      policies,
      snapshot,
      contract: request.contract.digest,
      grants: [],
      consents: [],
      cohort: 'GROUP',
    })
  }
  if (decision.effect === 'permit') await writeBudgets(desk, tx, requestDigest, decision.reserved)
  const refused = isFirst ? { refusal: code, plan: null } : {}
  const change = decision.effect === 'deny' ? refused : { plan: planDigest(plan) }
  await desk.queries.changeQuery(tx, requestDigest, { ticket, ...change })
}

async function writeBudgets(
  { journal }: GatewayDesk,
  tx: GatewayTransaction,
  request: Digest,
  reserved: readonly { readonly key: string; readonly amount: number }[],
): Promise<void> {
  for (const { key, amount } of reserved) {
    const budget = digestOf('baotu/budget', key)
    await journal.append(tx, { type: 'budget.reserved', request, budget, units: amount })
  }
}

// The nonce is the salt: only the consumer and who holds the request can link the reference.
function referenceDigest(nonce: string, reference: string): Digest {
  return digestOf('baotu/request-reference', { nonce, reference })
}
