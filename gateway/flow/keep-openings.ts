import { endOfTerm } from '#evidence/opening-store'
import { planPreimage } from '#protocol/plans/plan'
import { referencePreimage, requestPreimage, submissionPreimage } from '#protocol/session'
import type { PlannedQuery } from '../decision/decide-query.ts'
import type { GatewayDesk } from '../gateway-desk.ts'
import type { GatewayTransaction } from '../store/schema.ts'

/**
 * Keeps what the records of a question stand for: the request and the business reference, which are
 * the consumer's own matter, and the plan, which says what was asked and nothing of why.
 */
export async function keepQuestionOpenings(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { request, plan }: PlannedQuery,
): Promise<void> {
  const own = { party: request.consumer, eraseAfter: eraseAfter(desk) }
  await desk.openings.keepSealed(tx, [
    { ...requestPreimage(request), kind: 'REQUEST', ...own },
    { ...referencePreimage(request), kind: 'REFERENCE', ...own },
    { ...planPreimage(plan), kind: 'PLAN', eraseAfter: eraseAfter(desk) },
  ])
}

/** Keeps a holder's signed submission, which names its ciphertexts; answers its digest. */
export async function keepSubmissionOpening(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { sid, submission, holder }: Submitted,
): Promise<string> {
  const preimage = submissionPreimage(sid, submission)
  const own = { party: holder, eraseAfter: eraseAfter(desk) }
  await desk.openings.keepSealed(tx, [{ ...preimage, kind: 'SUBMISSION', ...own }])
  return preimage.digest
}

interface Submitted {
  readonly sid: string
  readonly submission: string
  readonly holder: string
}

function eraseAfter({ clock, timing }: GatewayDesk): number {
  return endOfTerm(clock.now(), timing.disclosableMs)
}
