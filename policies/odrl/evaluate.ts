import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import { conjunction, disjunction, exactlyOne, FALSE, TRUE, type Truth, UNKNOWN } from '../truth.ts'
import type { Scalar } from '../value.ts'
import { covers } from './actions.ts'
import { listOf, localName, scalarOf } from './foreign.ts'

/** A request as the ODRL evaluation corpora state it. */
export interface OdrlRequest {
  readonly assignee?: string
  readonly action: string
  readonly target?: string
  /** What the request says about itself, as `leftOperand eq rightOperand`. */
  readonly context?: readonly JsonObject[]
}

/** The state of the world (sotw) of the ODRL Formal Semantics draft. */
export interface OdrlWorld {
  readonly now?: string
  readonly partOf?: readonly (readonly [string, string])[]
  readonly duties?: readonly OdrlDutyState[]
  /** Values of other left operands, where a corpus gives them. */
  readonly facts?: Readonly<Record<string, JsonValue>>
}

export interface OdrlDutyState {
  readonly rule: string
  readonly report?: string
  readonly deonticState: string
}

/** A premise of a rule report: what it is about, and whether it is satisfied. */
export interface Premise {
  readonly type: 'TargetReport' | 'PartyReport' | 'ActionReport' | 'ConstraintReport'
  readonly constraint?: string
  readonly logical?: string
  readonly state: 'Satisfied' | 'Unsatisfied'
  readonly premises: readonly Premise[]
}

export interface RuleReport {
  readonly type: 'PermissionReport' | 'ProhibitionReport'
  readonly rule: string
  readonly attemptState: 'Attempted'
  readonly activationState: 'Active' | 'Inactive'
  readonly premises: readonly Premise[]
  readonly conditions: readonly string[]
}

/**
 * Evaluates an ODRL 2.2 policy and writes the evaluation report of the W3C draft: per rule, every
 * premise and the activation. Any profile: an operand without a value is unknown, and unknown is
 * reported as not satisfied.
 */
export function evaluateOdrl(
  policy: JsonObject,
  request: OdrlRequest,
  world: OdrlWorld,
): readonly RuleReport[] {
  return (['permission', 'prohibition'] as const).flatMap((effect) =>
    listOf(policy, effect).map((rule) =>
      reportRule(
        shared(policy, isJsonObject(rule) ? rule : { '@id': rule }),
        effect,
        request,
        world,
      ),
    ),
  )
}

/** A compact policy states target, parties and action once for all its rules (ODRL IM 2.7.1). */
function shared(policy: JsonObject, rule: JsonObject): JsonObject {
  const missing = ['target', 'assignee', 'action'].filter((name) => listOf(rule, name).length === 0)
  const stated = missing.filter((name) => listOf(policy, name).length > 0)
  return { ...rule, ...Object.fromEntries(stated.map((name) => [name, listOf(policy, name)])) }
}

function reportRule(
  rule: JsonObject,
  effect: 'permission' | 'prohibition',
  request: OdrlRequest,
  world: OdrlWorld,
): RuleReport {
  const premises = [
    ...listOf(rule, 'target').map((target) =>
      premise('TargetReport', isIn(request.target, idOf(target), world)),
    ),
    ...listOf(rule, 'assignee').map((party) =>
      premise('PartyReport', isIn(request.assignee, idOf(party), world)),
    ),
    ...actionPremises(rule, request),
    ...listOf(rule, 'constraint')
      .filter(isJsonObject)
      .map((constraint) => reportConstraint(constraint, told(world, request))),
  ]
  const duties = listOf(rule, 'duty').map(idOf)
  const states = (world.duties ?? []).filter((state) => duties.includes(state.rule))
  const violated = states.some(({ deonticState }) => deonticState === 'Violated')
  const holds = premises.every(({ state }) => state === 'Satisfied') && !violated
  return {
    type: effect === 'permission' ? 'PermissionReport' : 'ProhibitionReport',
    rule: idOf(rule),
    attemptState: 'Attempted',
    activationState: holds ? 'Active' : 'Inactive',
    premises,
    conditions: states.flatMap(({ report }) => (report === undefined ? [] : [report])),
  }
}

/** The world with what the request says about itself. */
function told(world: OdrlWorld, { context = [] }: OdrlRequest): OdrlWorld {
  if (context.length === 0) return world
  const stated = context.map((one) => [
    localName(listOf(one, 'leftOperand')[0]),
    listOf(one, 'rightOperand'),
  ])
  return { ...world, facts: { ...Object.fromEntries(stated), ...world.facts } }
}

function actionPremises(rule: JsonObject, { action }: OdrlRequest): readonly Premise[] {
  const actions = listOf(rule, 'action').map(localName)
  if (actions.length === 0) return []
  return [
    premise(
      'ActionReport',
      actions.some((own) => covers(own, localName(action))),
    ),
  ]
}

const COMPOUNDS = { and: conjunction, or: disjunction, xone: exactlyOne, andSequence: conjunction }

function reportConstraint(constraint: JsonObject, world: OdrlWorld): Premise {
  const kind = (Object.keys(COMPOUNDS) as (keyof typeof COMPOUNDS)[]).find(
    (name) => listOf(constraint, name).length > 0,
  )
  const id = { constraint: idOf(constraint) }
  if (kind === undefined)
    return { ...premise('ConstraintReport', judge(constraint, world) === TRUE), ...id }
  const parts = listOf(constraint, kind).filter(isJsonObject)
  const premises = parts.map((part) => reportConstraint(part, world))
  const truth = COMPOUNDS[kind](parts.map((part) => truthOf(part, world)))
  return { ...premise('ConstraintReport', truth === TRUE), ...id, logical: kind, premises }
}

function truthOf(constraint: JsonObject, world: OdrlWorld): Truth {
  for (const [kind, combine] of Object.entries(COMPOUNDS)) {
    const parts = listOf(constraint, kind).filter(isJsonObject)
    if (parts.length > 0) return combine(parts.map((part) => truthOf(part, world)))
  }
  return judge(constraint, world)
}

function judge(constraint: JsonObject, world: OdrlWorld): Truth {
  const name = localName(listOf(constraint, 'leftOperand')[0])
  const given = name === 'dateTime' ? world.now : world.facts?.[name]
  if (given === undefined) return UNKNOWN
  const values = (Array.isArray(given) ? given : [given]).map(scalarOf)
  const bounds = listOf(constraint, 'rightOperand').map(scalarOf)
  return compare(localName(listOf(constraint, 'operator')[0]), values, bounds)
}

function compare(operator: string, values: readonly Scalar[], bounds: readonly Scalar[]): Truth {
  const [value, bound] = [values[0], bounds[0]]
  if (value === undefined || bound === undefined) return UNKNOWN
  switch (operator) {
    case 'eq':
      return truth(value === bound)
    case 'neq':
      return truth(value !== bound)
    case 'isAnyOf':
      return truth(values.some((one) => bounds.includes(one)))
    case 'isNoneOf':
      return truth(!values.some((one) => bounds.includes(one)))
    case 'isAllOf':
    case 'hasPart':
      return truth(bounds.every((one) => values.includes(one)))
    case 'isPartOf':
      return truth(values.every((one) => bounds.includes(one)))
    default:
      return typeof value === typeof bound ? order(operator, value, bound) : UNKNOWN
  }
}

function order(operator: string, value: Scalar, bound: Scalar): Truth {
  switch (operator) {
    case 'lt':
      return truth(value < bound)
    case 'lteq':
      return truth(value <= bound)
    case 'gt':
      return truth(value > bound)
    case 'gteq':
      return truth(value >= bound)
    default:
      return UNKNOWN
  }
}

function isIn(name: string | undefined, collection: string, { partOf = [] }: OdrlWorld): boolean {
  return (
    name === collection || partOf.some(([part, whole]) => part === name && whole === collection)
  )
}

function premise(type: Premise['type'], holds: boolean): Premise {
  return { type, state: holds ? 'Satisfied' : 'Unsatisfied', premises: [] }
}

function idOf(value: JsonValue): string {
  const id = isJsonObject(value) ? (member(value, '@id') ?? member(value, 'uid')) : value
  return typeof id === 'string' ? id : ''
}

function truth(holds: boolean): Truth {
  return holds ? TRUE : FALSE
}
