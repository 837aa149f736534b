import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts'
import { TRUE } from '../truth.ts'
import { covers } from './actions.ts'
import { EFFECTS, type Effect, idOf, withShared } from './foreign.ts'
import { compoundKind, judgeForeign, type Known, partsOf } from './judge-constraint.ts'
import { listOf, nameOf } from './scalar.ts'

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
  /** Members and the collections, or instances and the types, that they belong to. */
  readonly partOf?: readonly (readonly [string, string])[]
  readonly duties?: readonly OdrlDutyState[]
  /** Values of other left operands, where a corpus gives them. */
  readonly facts?: Readonly<Record<string, JsonValue>>
}

export interface OdrlDutyState {
  readonly rule: string
  readonly report?: string
  readonly performanceState?: string
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
  readonly type: 'PermissionReport' | 'ProhibitionReport' | 'DutyReport'
  readonly rule: string
  readonly attemptState: 'Attempted'
  readonly activationState: 'Active' | 'Inactive'
  readonly premises: readonly Premise[]
  readonly conditions: readonly string[]
}

const REPORTS = {
  permission: 'PermissionReport',
  prohibition: 'ProhibitionReport',
  obligation: 'DutyReport',
} as const

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
  const known = { facts: factsOf(request, world), isIn: membership(world.partOf ?? []) }
  return EFFECTS.flatMap((effect) =>
    listOf(policy, effect).map((rule) => {
      const whole = withShared(policy, isJsonObject(rule) ? rule : { '@id': rule })
      return reportRule(whole, effect, request, world, known)
    }),
  )
}

function reportRule(
  rule: JsonObject,
  effect: Effect,
  request: OdrlRequest,
  { duties: states = [] }: OdrlWorld,
  known: Known,
): RuleReport {
  const inside = (name: string | undefined) => (one: JsonValue) => isMember(name, one, known)
  const asked = (one: JsonValue) => covers(nameOf(one), nameOf(request.action))
  const premises = [
    ...about('TargetReport', listOf(rule, 'target'), inside(request.target), known),
    ...about('PartyReport', listOf(rule, 'assignee'), inside(request.assignee), known),
    ...about('ActionReport', listOf(rule, 'action'), asked, known),
    ...reportConstraints(listOf(rule, 'constraint'), known),
  ]
  const duties = listOf(rule, 'duty').map(idOf)
  const owed = states.filter((state) => duties.includes(state.rule))
  const violated = owed.some(({ deonticState }) => deonticState === 'Violated')
  const holds = premises.every(({ state }) => state === 'Satisfied') && !violated
  return {
    type: REPORTS[effect],
    rule: idOf(rule),
    attemptState: 'Attempted',
    activationState: holds ? 'Active' : 'Inactive',
    premises,
    conditions: owed.flatMap(({ report }) => (report === undefined ? [] : [report])),
  }
}

/** One premise for all values of a member: a rule with two targets stands for one rule on each. */
function about(
  type: Premise['type'],
  values: readonly JsonValue[],
  fits: (value: JsonValue) => boolean,
  known: Known,
): readonly Premise[] {
  if (values.length === 0) return []
  const refined = values.filter(isJsonObject).filter((one) => listOf(one, 'refinement').length > 0)
  const meets = (one: JsonValue) =>
    fits(one) && (!isJsonObject(one) || refinements(one, known).every(isSatisfied))
  const premises = refined.flatMap((one) => refinements(one, known))
  return [{ type, state: values.some(meets) ? 'Satisfied' : 'Unsatisfied', premises }]
}

function refinements(one: JsonObject, known: Known): readonly Premise[] {
  return reportConstraints(listOf(one, 'refinement'), known)
}

function reportConstraints(constraints: readonly JsonValue[], known: Known): readonly Premise[] {
  return constraints.filter(isJsonObject).map((one) => reportConstraint(one, known))
}

function reportConstraint(constraint: JsonObject, known: Known): Premise {
  const kind = compoundKind(constraint)
  const parts = kind === undefined ? [] : partsOf(constraint, kind)
  return {
    type: 'ConstraintReport',
    constraint: idOf(constraint),
    ...(kind === undefined ? {} : { logical: kind }),
    state: judgeForeign(constraint, known) === TRUE ? 'Satisfied' : 'Unsatisfied',
    premises: reportConstraints(parts, known),
  }
}

/** What the request says about itself, and over it what is known of the world. */
function factsOf(
  { context = [] }: OdrlRequest,
  { now, facts = {} }: OdrlWorld,
): Readonly<Record<string, JsonValue>> {
  const stated = context.map((one) => [
    nameOf(listOf(one, 'leftOperand')[0]),
    listOf(one, 'rightOperand'),
  ])
  const known = Object.entries(facts).map(([name, value]) => [nameOf(name), value])
  const clock = now === undefined ? {} : { dateTime: now }
  return { ...Object.fromEntries(stated), ...Object.fromEntries(known), ...clock }
}

function isSatisfied({ state }: Premise): boolean {
  return state === 'Satisfied'
}

/** A collection is named by itself, or by the source that its refinement narrows. */
function isMember(name: string | undefined, collection: JsonValue, { isIn }: Known): boolean {
  if (name === undefined) return false
  const source = isJsonObject(collection) ? listOf(collection, 'source').map(idOf) : []
  return [idOf(collection), ...source].some((whole) => isIn(name, whole))
}

/** `partOf` and types, followed at any depth. */
function membership(pairs: readonly (readonly [string, string])[]): Known['isIn'] {
  const above = Map.groupBy(pairs, ([part]) => part)
  return (name, whole) => {
    const reached = new Set([name])
    for (const one of reached) {
      for (const [, next] of above.get(one) ?? []) reached.add(next)
    }
    return reached.has(whole)
  }
}
