import type { Capabilities } from './capabilities.ts'
import type { Snapshot } from './compiled.ts'
import type { ControlSet } from './control-set.ts'
import type { Counters } from './counters.ts'
import { Decision, type DecisionCode, outcomeAt } from './decision.ts'
import type { Facts } from './facts.ts'
import { Judgement } from './judgement.ts'
import type { DecisionRequest } from './request.ts'
import { LAYERS } from './vocabulary-document.ts'

/**
 * Decides one request over one snapshot (policy profile 5.4): pure and synchronous, same inputs
 * give the same bytes. It permits iff every required layer permits, no layer prohibits or might
 * prohibit, and the controls of all layers can be kept together; anything else is a refusal with
 * the code of the first failing layer. A required layer without policies refuses.
 *
 * How the gateway calls it:
 *
 * ```ts
 * const snapshot = compile(policies)                     // once per policy change, then swapped in
 * const request = requestOf({
 *   action: 'bt:aggregate',
 *   target: 'urn:bt:asset:jn-tax:tax-agg',
 *   collections: ['urn:bt:collection:jn-tax', 'urn:bt:collection:jn-public-data'],
 *   assignee: 'did:web:qilu-bank.example',
 *   operator: 'did:web:operator.jinan.example',
 *   authorization: 'urn:bt:contract:ql-bank:industry-risk:0001',
 *   increments: { count: 1 },
 * })
 * const facts = factsFrom({
 *   clock: { dateTime: signedAtMs },
 *   request: { purpose: 'bt:purpose/credit-policy', 'bt:scenario': 'urn:bt:scenario:credit-policy' },
 *   directory: { 'bt:role': ['bank'], 'bt:identityLevel': 3, 'bt:participantState': 'active',
 *     'bt:recipientRegion': ['CN'], 'bt:processingRegion': ['CN'] },
 *   catalogue: { 'bt:dataLevel': 3 },
 *   plan: { 'bt:aggregateFunction': ['count', 'sum'], 'bt:groupByColumn': ['region'],
 *     'bt:filterColumn': ['industry'] },
 *   guard: { 'bt:queryOverlap': 25 },
 * })
 * const decision = decide(request, snapshot, facts, countersOf(ledger.used), capabilities)
 * if (decision.decision === 'deny') return refuse(decision.code, decision.layer)
 * await ledger.reserve(decision.reservations)            // all or none; a failure is DENY_LIMIT
 * const controls = outputControls(decision)              // integers, defaults and floors applied
 * ```
 */
export function decide(
  request: DecisionRequest,
  snapshot: Snapshot,
  facts: Facts,
  counters: Counters,
  capabilities: Capabilities,
): Decision {
  const judged = new Judgement(request, snapshot, facts, counters, capabilities)
  const failing = judged.judgeLayers()
  if (failing >= 0) return new Decision(refusalOf(judged, failing), LAYERS[failing], judged)
  if (!canKeep(judged.controls, capabilities)) {
    return new Decision('DENY_UNSATISFIABLE_CONTROLS', undefined, judged)
  }
  return new Decision('PERMIT', undefined, judged)
}

function refusalOf({ outcomes }: Judgement, layer: number): DecisionCode {
  const outcome = outcomeAt(outcomes, layer)
  return outcome === 'ok' || outcome === 'skipped' || outcome === 'PERMIT'
    ? 'INDETERMINATE'
    : outcome
}

function canKeep(controls: ControlSet, capabilities: Capabilities): boolean {
  if (controls.unsatisfiable !== undefined) return false
  return capabilities.unlimited || controls.honoured(capabilities)
}
