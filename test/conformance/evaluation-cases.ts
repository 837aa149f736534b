import type { JsonObject } from '#policies/json-value'
import { evaluateOdrl, type Premise, type RuleReport } from '#policies/odrl/evaluate'
import type { CorpusCase, ExpectedPremise, ExpectedReport } from './corpus.ts'

/** What came of one evaluation case. */
export interface EvaluationResult {
  readonly id: string
  readonly activation: boolean
  /** Premises that the case states completely, how many agree, and how many cannot be checked. */
  readonly premises: number
  readonly agreeing: number
  readonly uncheckable: number
}

export function isEvaluationCase(one: CorpusCase): boolean {
  return typeof one.expected === 'object' && one.policy !== undefined && one.request !== undefined
}

/** Evaluates one case and compares activations and premises, in any order. */
export function runEvaluationCase(one: CorpusCase): EvaluationResult {
  const { policy = {}, request = { action: '' }, sotw = {} } = one
  const expected = (one.expected as ExpectedReport).rules
  const reports = evaluateOdrl(policy as JsonObject, request, sotw)
  const activations = (rules: readonly Pick<RuleReport, 'type' | 'rule' | 'activationState'>[]) =>
    rules
      .map(({ type, rule, activationState }) => `${type} ${rule} ${activationState}`)
      .sort()
      .join()
  const stated = expected.flatMap((rule) => flatten(rule.rule, rule.premises))
  const checkable = stated.filter((premise) => premise !== undefined)
  const ours = reports.flatMap((report) => flatten(report.rule, report.premises))
  return {
    id: one.file ?? one.id,
    activation: activations(reports) === activations(expected as readonly RuleReport[]),
    premises: checkable.length,
    agreeing: checkable.filter((premise) => takeOut(ours, premise)).length,
    uncheckable: stated.length - checkable.length,
  }
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

function takeOut(list: (string | undefined)[], wanted: string | undefined): boolean {
  const at = list.indexOf(wanted)
  if (at >= 0) list.splice(at, 1)
  return at >= 0
}
