import type { Digest } from '#crypto/digest'
import { countersOf } from '#policies/counters'
import type { Directory } from '#protocol/directory'
import { judgeQuestion, type PolicyRefusalCode } from '#protocol/policy-judgement'
import { OVERLAP_LEFT_TO_HOLDERS } from '#protocol/policy-question'
import type { InvitedQuery } from '#protocol/session-papers'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { Reserved } from '../store/budget-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { countersOfSnapshot, reservationsOf } from './budgets.ts'

/** A request with its plan, before anybody was invited. */
export type PlannedQuery = Omit<InvitedQuery, 'invitation'>

/** The gateway's answer to a question, and the policies that gave it. */
export type QueryDecision =
  | {
      readonly effect: 'permit'
      readonly policies: readonly Digest[]
      /** What was not reserved by an earlier attempt of the same request. */
      readonly reserved: readonly Reserved[]
    }
  | {
      readonly effect: 'deny'
      readonly policies: readonly Digest[]
      readonly code: PolicyRefusalCode | 'DENY_LIMIT' | 'CHAIN_BROKEN'
    }

/**
 * Judges a question and reserves its budgets in the caller's serialisable transaction: of many
 * that ask at once for the last unit, one gets it. A denial writes nothing. The gateway's ledger is
 * advisory (BU4): every holder keeps its own and judges again.
 */
export async function decideQuery(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  planned: PlannedQuery,
  directory: Directory,
): Promise<QueryDecision> {
  const { request, plan, product, requestDigest } = planned
  const now = instant(desk)
  const snapshot = desk.snapshot()
  const counted = countersOfSnapshot(snapshot)
  const used = await desk.budgets.used(tx, requestDigest, counted, now)
  const parts = {
    ...{ request, plan, product, directory },
    ...{ gateway: desk.did, release: desk.release, now: now.getTime() },
    queryOverlap: OVERLAP_LEFT_TO_HOLDERS,
  }
  const judgement = judgeQuestion(parts, snapshot, countersOf(used))
  if (judgement.effect === 'deny') return judgement
  const { decision, controls, policies } = judgement
  const asked = reservationsOf(decision, controls, request, directory)
  const reserved = await desk.budgets.reserve(tx, requestDigest, asked, now)
  if (reserved === undefined) return { effect: 'deny', code: 'DENY_LIMIT', policies }
  return { effect: 'permit', policies, reserved }
}
