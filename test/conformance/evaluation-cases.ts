import { evaluateOdrl, type Premise, type RuleReport } from '#policies/odrl/evaluate'
import type { EvaluationCase, ExpectedPremise, ExpectedRule } from './corpus.ts'

/** How many of something a case states, how many agree, and how many cannot be checked. */
export interface Tally {
  readonly stated: number
  readonly agreeing: number
  readonly uncheckable: number
}

/** What came of one evaluation case. */
export interface EvaluationResult {
  readonly id: string
  readonly activations: Tally
  readonly premises: Tally
  readonly conditions: Tally
  readonly decisions: Tally
}

/** Evaluates one case and compares activations, premises and conditions, in any order. */
export function runEvaluationCase(one: EvaluationCase): EvaluationResult {
  const expected = one.expected.rules
  const stated = new Set(expected.map(({ rule }) => rule))
  const reports = evaluateOdrl(one.policy, one.request, one.sotw).filter(
    ({ type, rule }) => type !== 'DutyReport' || stated.has(rule),
  )
  const silent = expected.filter(({ activationState }) => activationState === undefined)
  const spoken = reports.filter(({ rule }) => !silent.some((other) => other.rule === rule))
  const agrees = activations(spoken) === activations(expected)
  return {
    id: one.id,
    activations: { stated: 1, agreeing: Number(agrees), uncheckable: 0 },
    premises: comparePremises(reports, expected),
    conditions: compareConditions(one, reports),
    decisions: compareDecision(one, reports),
  }
}

type Activation = Pick<ExpectedRule, 'type' | 'rule' | 'activationState'>

function activations(rules: readonly Activation[]): string {
  return rules
    .filter(({ activationState }) => activationState !== undefined)
    .map(({ type, rule, activationState }) => `${type} ${rule} ${activationState}`)
    .sort()
    .join()
}

function comparePremises(reports: readonly RuleReport[], expected: readonly ExpectedRule[]): Tally {
  const all = expected.flatMap(({ rule, premises = [] }) => flatten(rule, premises))
  const stated = all.filter((premise) => premise !== undefined)
  const ours = reports.flatMap(({ rule, premises }) => flatten(rule, premises))
  return tally(stated, ours, all.length - stated.length)
}

/** A condition can be checked where the report it names is about a duty of the policy. */
function compareConditions(
  { sotw, expected }: EvaluationCase,
  reports: readonly RuleReport[],
): Tally {
  const ours = reports.flatMap(({ rule, conditions }) => conditions.map((one) => `${rule} ${one}`))
  const known = new Set(reports.flatMap(({ conditions }) => conditions))
  const told = new Set((sotw.duties ?? []).map(({ report }) => report))
  const all = expected.rules.flatMap(({ rule, conditions = [] }) =>
    conditions.map((one) => [one, `${rule} ${one}`] as const),
  )
  const checkable = all.filter(([one]) => known.has(one) || !told.has(one))
  return tally(
    checkable.map(([, text]) => text),
    ours,
    all.length - checkable.length,
  )
}

/** A decision that contradicts the activations which the same case states cannot be checked. */
function compareDecision(
  { expected: { decision, rules } }: EvaluationCase,
  reports: readonly RuleReport[],
): Tally {
  if (typeof decision !== 'boolean') return { stated: 0, agreeing: 0, uncheckable: 0 }
  if (decision !== permits(rules)) return { stated: 0, agreeing: 0, uncheckable: 1 }
  return { stated: 1, agreeing: Number(permits(reports) === decision), uncheckable: 0 }
}

function permits(rules: readonly Activation[]): boolean {
  const active = (wanted: string) =>
    rules.some(({ type, activationState }) => type === wanted && activationState === 'Active')
  return active('PermissionReport') && !active('ProhibitionReport')
}

/** Every premise at any depth as one text; undefined where the case does not say what it is. */
function flatten(
  rule: string,
  premises: readonly (ExpectedPremise | Premise)[],
): (string | undefined)[] {
  return premises.flatMap(
    ({ type, constraint = '', logical = '', state, premises: inner = [] }) => [
      type === undefined || state === undefined
        ? undefined
        : [rule, type, type === 'ConstraintReport' ? constraint : '', logical, state].join(' '),
      ...flatten(rule, inner),
    ],
  )
}

function tally(
  stated: readonly string[],
  ours: readonly (string | undefined)[],
  uncheckable: number,
): Tally {
  const left = [...ours]
  const agreeing = stated.filter((wanted) => takeOut(left, wanted)).length
  return { stated: stated.length, agreeing, uncheckable }
}

function takeOut(list: (string | undefined)[], wanted: string): boolean {
  const at = list.indexOf(wanted)
  if (at >= 0) list.splice(at, 1)
  return at >= 0
}
