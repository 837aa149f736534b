import type { JsonObject, JsonValue } from '#policies/json-value'
import type { RequestFields } from '#policies/request'

/**
 * A second reading of policy profile 5.4, straight from the JSON, as slow and as plain as it gets:
 * no compilation, no index, no shared code with the engine. It knows the operands and actions of
 * the generator only.
 */
export interface OracleAnswer {
  readonly code: string
  readonly layer: string | undefined
}

/** A policy, a rule or a constraint: the members that this reading looks at. */
type Term = JsonObject & {
  readonly action?: JsonValue
  readonly conflict?: JsonValue
  readonly assignee?: JsonValue
  readonly target?: JsonValue
  readonly leftOperand?: JsonValue
  readonly operator?: JsonValue
  readonly rightOperand?: JsonValue
}

type K3 = 'T' | 'F' | 'U'
type Facts = Readonly<Record<string, JsonValue | undefined>>

const LAYERS = ['platform', 'comprehensive', 'domain', 'owner', 'contract', 'consent']
const BELOW: Readonly<Record<string, readonly string[]>> = {
  use: ['bt:aggregate', 'bt:score', 'bt:export'],
  'bt:compute': ['bt:aggregate', 'bt:score'],
}
const FINANCE = ['bt:purpose/inclusive-finance', 'bt:purpose/loan-preapproval']
const REVIEWS = ['none', 'auto', 'dual']

export function oracle(
  policies: readonly Term[],
  request: RequestFields,
  facts: Facts,
  used: number,
): OracleAnswer {
  const answers = LAYERS.map((layer) => judgeLayer(layer, policies, request, facts, used))
  const failing = answers.findIndex(({ code }) => code !== 'ok')
  if (failing >= 0) return { code: answers[failing]?.code ?? '', layer: LAYERS[failing] }
  const permits = answers.flatMap(({ granting }) => granting)
  const code = keepable(permits) ? 'PERMIT' : 'DENY_UNSATISFIABLE_CONTROLS'
  return { code, layer: undefined }
}

interface LayerAnswer {
  readonly code: string
  readonly granting: readonly Term[]
}

function judgeLayer(
  layer: string,
  policies: readonly Term[],
  request: RequestFields,
  facts: Facts,
  used: number,
): LayerAnswer {
  const matching = policies.filter((policy) => matches(policy, layer, request))
  const judged = matching.map((policy) => judgePolicy(policy, request, facts, used))
  const all = judged.flatMap((one) => one.states)
  const granting = all
    .filter(({ effect, k3 }) => effect === 'permit' && k3 !== 'F')
    .map(({ rule }) => rule)
  const has = (effect: string, ...k3: string[]) =>
    all.some((one) => one.effect === effect && k3.includes(one.k3))
  const answer = (code: string) => ({ code, granting: code === 'ok' ? granting : [] })
  if (judged.some(({ isVoid }) => isVoid)) return answer('INDETERMINATE')
  if (has('prohibit', 'T')) return answer('DENY_PROHIBITED')
  if (has('prohibit', 'U')) return answer('INDETERMINATE{D}')
  if (layer === 'platform' || has('permit', 'T')) return answer('ok')
  if (all.some(({ pending }) => pending)) return answer('PENDING_DUTY')
  if (has('permit', 'U')) return answer('INDETERMINATE{P}')
  const required = request.layers?.some((one) => one === layer) ?? false
  return answer(required || all.some(({ effect }) => effect === 'permit') ? 'DENY_NO_PERMIT' : 'ok')
}

interface State {
  readonly rule: Term
  readonly effect: 'permit' | 'prohibit'
  readonly k3: K3
  readonly pending: boolean
}

function judgePolicy(policy: Term, request: RequestFields, facts: Facts, used: number) {
  const judge = (rule: Term, effect: State['effect']): State => {
    const k3 = and(list(rule, 'constraint').map((one) => judgeConstraint(one, facts, used)))
    const first = list(rule, 'duty').some((duty) => duty['bt:phase'] === 'pre')
    const pending = effect === 'permit' && first && k3 === 'T'
    return { rule, effect, k3: pending ? 'U' : k3, pending }
  }
  const covering = (rule: Term) => covers(String(rule.action), request.action)
  const states = [
    ...list(policy, 'permission')
      .filter(covering)
      .map((rule) => judge(rule, 'permit')),
    ...list(policy, 'prohibition')
      .filter(covering)
      .map((rule) => judge(rule, 'prohibit')),
  ]
  const both =
    states.some(({ effect, k3 }) => effect === 'prohibit' && k3 === 'T') &&
    states.some(({ effect, k3 }) => effect === 'permit' && k3 === 'T')
  const isVoid = policy.conflict !== 'prohibit' && both
  return { isVoid, states }
}

function matches(policy: Term, layer: string, request: RequestFields): boolean {
  if (policy['bt:status'] !== 'active' || policy['bt:layer'] !== layer) return false
  const names = [request.assignee, ...(request.parties ?? []), 'urn:bt:party:all']
  const ceiling = layer !== 'contract' && layer !== 'consent'
  const parties = ceiling ? [...names, request.operator] : names
  if (!parties.some((name) => name === policy.assignee)) return false
  if (layer === 'consent') return policy.target === request.subject
  if (layer === 'contract' && policy['@id'] !== request.authorization) return false
  const targets = [request.target, ...(request.collections ?? []), 'urn:bt:collection:all']
  return targets.some((name) => name === policy.target)
}

function covers(general: string, special: string): boolean {
  return general === special || (BELOW[general]?.includes(special) ?? false)
}

function judgeConstraint(constraint: Term, facts: Facts, used: number): K3 {
  for (const [kind, combine] of Object.entries({ and, or, xone, andSequence: sequence })) {
    const parts = constraint[kind]
    if (Array.isArray(parts))
      return combine(parts.map((part) => judgeConstraint(part, facts, used)))
  }
  const name = String(constraint.leftOperand)
  const operator = String(constraint.operator)
  const bound = constraint.rightOperand ?? null
  if (['bt:minCohort', 'bt:resultForm', 'bt:egressReview', 'bt:maxRows'].includes(name)) return 'T'
  if (name === 'count')
    return holds(operator === 'lt' ? used + 1 < Number(bound) : used + 1 <= Number(bound))
  const value = facts[name]
  return value === undefined ? 'U' : holds(compare(value, operator, bound))
}

function compare(value: JsonValue, operator: string, bound: JsonValue): boolean {
  const values = Array.isArray(value) ? value : [value]
  const bounds = Array.isArray(bound) ? bound : [bound]
  switch (operator) {
    case 'isAnyOf':
      return values.some((one) => bounds.includes(one))
    case 'isNoneOf':
      return !values.some((one) => bounds.includes(one))
    case 'isPartOf':
      return values.every((one) => bounds.includes(one))
    case 'hasPart':
      return bounds.every((one) => values.includes(one))
    case 'isA':
      return value === bound || (bound === FINANCE[0] && FINANCE.includes(String(value)))
    default:
      return compareOrdered(value, operator, bound)
  }
}

function compareOrdered(value: JsonValue, operator: string, bound: JsonValue): boolean {
  const instant = typeof value === 'string' && value.endsWith('Z')
  const left = instant ? Date.parse(value) : value
  const right = instant ? Date.parse(String(bound)) : bound
  switch (operator) {
    case 'eq':
      return left === right
    case 'neq':
      return left !== right
    case 'lt':
      return Number(left) < Number(right)
    case 'lteq':
      return Number(left) <= Number(right)
    case 'gt':
      return Number(left) > Number(right)
    default:
      return Number(left) >= Number(right)
  }
}

/** Whether some cohort size and some form satisfy every granting rule. */
function keepable(rules: readonly Term[]): boolean {
  const atoms = rules.flatMap((rule) => list(rule, 'constraint'))
  const cohorts = [5, 10, 20].filter((size) =>
    atoms.every(
      (one) =>
        one.leftOperand !== 'bt:minCohort' ||
        (one.operator === 'eq' ? size === one.rightOperand : size >= Number(one.rightOperand)),
    ),
  )
  const forms = ['score', 'band', 'aggregate', 'encrypted', 'none named'].filter((form) =>
    atoms.every(
      (one) => one.leftOperand !== 'bt:resultForm' || (one.rightOperand as string[]).includes(form),
    ),
  )
  return cohorts.length > 0 && forms.length > 0 && REVIEWS.length > 0
}

function list(object: Term, name: string): readonly Term[] {
  const value = object[name]
  return Array.isArray(value) ? (value as Term[]) : []
}

function and(parts: readonly K3[]): K3 {
  return parts.includes('F') ? 'F' : parts.includes('U') ? 'U' : 'T'
}

function or(parts: readonly K3[]): K3 {
  return parts.includes('T') ? 'T' : parts.includes('U') ? 'U' : 'F'
}

function xone(parts: readonly K3[]): K3 {
  const holding = parts.filter((part) => part === 'T').length
  if (holding >= 2) return 'F'
  return parts.includes('U') ? 'U' : holding === 1 ? 'T' : 'F'
}

function sequence(parts: readonly K3[]): K3 {
  return parts.includes('F') ? 'F' : 'U'
}

function holds(value: boolean): K3 {
  return value ? 'T' : 'F'
}
