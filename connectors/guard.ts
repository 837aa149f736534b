import { digestOf } from '#crypto/digest'
import type { Snapshot } from '#policies/compile'
import { countersOf } from '#policies/counters'
import { windowMs } from '#policies/literal'
import { judgeQuestion } from '#protocol/policy-judgement'
import type { Desk, OpenedSession } from '#protocol/session-papers'
import type { Judgement } from './desk.ts'
import type { HolderLedger } from './ledger/holder-ledger.ts'

/** What the guard judges by: the holder's own policies and its own ledger. */
export interface Guard {
  readonly snapshot: Snapshot
  readonly ledger: HolderLedger
}

/**
 * Judges a session by the holder's own policies, as if no gateway had: deny by default, doubt
 * refuses. Nobody but the holder learns why; the code that leaves is the same for every reason.
 */
export async function judge(
  { snapshot, ledger }: Guard,
  { directory, counterparts, now }: Desk,
  { request, plan, product }: OpenedSession,
): Promise<Judgement> {
  const { gateway, release } = counterparts
  const counters = countersOf(await ledger.spent(now))
  const queryOverlap = undefined
  const parts = { request, plan, product, directory, gateway, release, now, queryOverlap }
  const judgement = judgeQuestion(parts, snapshot, counters)
  const { effect, policies } = judgement
  const judgedBy = { policy: digestOf('baotu/policies', [...policies]), policies }
  if (effect === 'deny') return { effect, code: judgement.code, ...judgedBy }
  const { controls, decision } = judgement
  const spends = decision.reservations.map(({ key, amount, limit, unit }) => {
    const isWindow = unit?.startsWith('P') ?? false
    return { counter: key, amount, limit, windowMs: isWindow ? windowMs(unit ?? '') : undefined }
  })
  return { effect, ...judgedBy, controls: { ...controls }, spends }
}
