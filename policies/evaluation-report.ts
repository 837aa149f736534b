import type { ConstraintTrace, DecisionRecord, RuleTrace } from './explain.ts'
import type { JsonObject } from './json-value.ts'

/**
 * A decision record as the evaluation report of the W3C ODRL Formal Semantics draft: one report per
 * judged rule, its premises and whether it is active. Three values become two: what is unknown is
 * not satisfied.
 */
export function evaluationReport(record: DecisionRecord): JsonObject {
  return {
    '@type': 'PolicyReport',
    '@id': `urn:bt:decision:${record.id}`,
    ...(record.ts === null ? {} : { created: new Date(record.ts).toISOString() }),
    policyRequest: `urn:bt:request:${record.request}`,
    ruleReport: record.layers.flatMap(({ rules }) => rules.map(ruleReport)),
  }
}

function ruleReport({ rule, policy, effect, state, constraints }: RuleTrace): JsonObject {
  return {
    '@type': effect === 'permit' ? 'PermissionReport' : 'ProhibitionReport',
    rule: policy + rule,
    attemptState: 'Attempted',
    activationState: state === 'active' ? 'Active' : 'Inactive',
    premiseReport: constraints.map(constraintReport),
  }
}

function constraintReport({ k3, left, op, compound, parts }: ConstraintTrace): JsonObject {
  return {
    '@type': 'ConstraintReport',
    constraint: compound ?? `${left} ${op}`,
    satisfactionState: k3 === 'T' ? 'Satisfied' : 'Unsatisfied',
    ...(parts === undefined ? {} : { premiseReport: parts.map(constraintReport) }),
  }
}
