import type { Capabilities } from './capabilities.ts'
import type { Snapshot } from './compile.ts'
import type { Counters } from './counters.ts'
import { DECISION_CODES, Decision, type DecisionCode, OUTCOMES, type Outcome } from './decision.ts'
import type { Facts } from './facts.ts'
import { Grant } from './grant.ts'
import { Judgement } from './judgement.ts'
import type { DecisionRequest } from './request.ts'
import { LAYERS, type Layer } from './vocabulary-document.ts'

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
  const inputs = { request, snapshot, facts, counters, capabilities }
  const judgement = new Judgement(inputs)
  let failing = -1
  for (let layer = 0; layer < LAYERS.length; layer++) {
    const outcome = judgement.layer(layer)
    if (failing < 0 && outcome > LAST_PERMITTING) failing = layer
  }
  if (failing >= 0) {
    const outcome = OUTCOMES[judgement.outcomes[failing] ?? 0] ?? 'INDETERMINATE'
    return refusal(codeOf(outcome), LAYERS[failing], judgement, inputs)
  }
  const { controls } = judgement.grant
  if (controls.unsatisfiable() !== undefined || !canKeep(controls, capabilities)) {
    return refusal('DENY_UNSATISFIABLE_CONTROLS', undefined, judgement, inputs)
  }
  return new Decision('PERMIT', undefined, judgement, inputs)
}

const LAST_PERMITTING = OUTCOMES.indexOf('PERMIT')

function canKeep(controls: Grant['controls'], capabilities: Capabilities): boolean {
  return capabilities.limits.size === 0 || controls.honoured(capabilities)
}

function refusal(
  code: DecisionCode,
  layer: Layer | undefined,
  { outcomes, trace }: Judgement,
  inputs: Decision['inputs'],
): Decision {
  return new Decision(code, layer, { outcomes, trace, grant: Grant.NONE, reservations: [] }, inputs)
}

function codeOf(outcome: Outcome): DecisionCode {
  return DECISION_CODES.find((code) => code === outcome) ?? 'INDETERMINATE'
}
