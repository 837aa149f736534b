import type { Literal } from '../analysis/axis.ts'
import { type Box, product } from '../analysis/normal-form.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import type { OperatorName } from '../vocabulary-document.ts'
import { ELAPSED, foreignAxis } from './foreign-axis.ts'
import { listItems, listOf, localName, nameOf, scalarOf } from './scalar.ts'
import { impliedElapsed } from './temporal.ts'

/**
 * ODRL policies of other profiles, read for analysis only: operands are axes by their name, their
 * kind is inferred from the literals. Nothing read here can be enforced.
 */
export interface ForeignRule {
  readonly effect: Effect
  readonly actions: readonly string[]
  /** Empty where the rule is about anything, or anybody. */
  readonly targets: readonly string[]
  readonly assignees: readonly string[]
  readonly boxes: readonly Box[]
  /** The names of the axes that it constrains. */
  readonly axes: ReadonlySet<string>
}

export type Effect = 'permission' | 'prohibition' | 'obligation'

export const EFFECTS: readonly Effect[] = ['permission', 'prohibition', 'obligation']
const COMPOUNDS = ['and', 'or', 'xone', 'andSequence'] as const

/** The rules of a policy in compact or prefixed JSON, refinements included. */
export function foreignRules(policy: JsonObject): readonly ForeignRule[] {
  return EFFECTS.flatMap((effect) =>
    listOf(policy, effect)
      .filter(isJsonObject)
      .map((rule) => readRule(withShared(policy, rule), effect)),
  )
}

/** A compact policy states target, parties and action once for all its rules (ODRL IM 2.7.1). */
export function withShared(policy: JsonObject, rule: JsonObject): JsonObject {
  const missing = ['target', 'assignee', 'action'].filter((name) => listOf(rule, name).length === 0)
  const stated = missing.filter((name) => listOf(policy, name).length > 0)
  return { ...rule, ...Object.fromEntries(stated.map((name) => [name, listOf(policy, name)])) }
}

/** The identifier of a policy, a rule, a party or an asset; empty where it has none. */
export function idOf(value: JsonValue): string {
  const id = isJsonObject(value) ? (member(value, '@id') ?? member(value, 'uid')) : value
  return typeof id === 'string' ? id : ''
}

function readRule(rule: JsonObject, effect: Effect): ForeignRule {
  const [actions, targets, assignees] = [
    listOf(rule, 'action'),
    listOf(rule, 'target'),
    listOf(rule, 'assignee'),
  ]
  const refinements = [...actions, ...targets, ...assignees].flatMap((one) =>
    isJsonObject(one) ? listOf(one, 'refinement') : [],
  )
  const constraints = [...listOf(rule, 'constraint'), ...refinements].filter(isJsonObject)
  const stated = product(constraints.map((constraint) => boxesOf(constraint, false)))
  return {
    effect,
    actions: actions.map(nameOf),
    targets: targets.map(idOf),
    assignees: assignees.map(idOf),
    boxes: stated.map((box) => [...box, ...impliedElapsed(box, false, ELAPSED)]),
    axes: new Set(constraints.flatMap(axesOf)),
  }
}

function boxesOf(constraint: JsonObject, negated: boolean): readonly Box[] {
  const kind = COMPOUNDS.find((name) => listOf(constraint, name).length > 0)
  if (kind === undefined) return [[literalOf(constraint, negated)]]
  const parts = listOf(constraint, kind).flatMap(listItems).filter(isJsonObject)
  if (kind === 'xone') return negated ? notOne(parts) : exactlyOne(parts)
  const all = parts.map((part) => boxesOf(part, negated))
  if ((kind === 'or') !== negated) return all.flat()
  const boxes = product(all)
  return kind === 'andSequence'
    ? boxes.map((box) => [...box, ...impliedElapsed(box, true, ELAPSED)])
    : boxes
}

function axesOf(constraint: JsonObject): readonly string[] {
  const kind = COMPOUNDS.find((name) => listOf(constraint, name).length > 0)
  if (kind === undefined) return [literalOf(constraint, false).axis.name]
  return listOf(constraint, kind).flatMap(listItems).filter(isJsonObject).flatMap(axesOf)
}

function exactlyOne(parts: readonly JsonObject[]): readonly Box[] {
  return parts.flatMap((_, one) => product(parts.map((part, at) => boxesOf(part, at !== one))))
}

function notOne(parts: readonly JsonObject[]): readonly Box[] {
  const pairs = parts.flatMap((first, at) =>
    parts
      .slice(at + 1)
      .flatMap((second) => product([boxesOf(first, false), boxesOf(second, false)])),
  )
  return [...product(parts.map((part) => boxesOf(part, true))), ...pairs]
}

function literalOf(constraint: JsonObject, negated: boolean): Literal {
  const right = listOf(constraint, 'rightOperand').flatMap(listItems)
  const values = (right.length > 0 ? right : listOf(constraint, 'rightOperandReference')).map(
    scalarOf,
  )
  const unit = listOf(constraint, 'unit')[0]
  const left = listOf(constraint, 'leftOperand')[0]
  const name = unit === undefined ? nameOf(left) : `${nameOf(left)}|${localName(unit)}`
  const operator = localName(listOf(constraint, 'operator')[0]) as OperatorName
  return { axis: foreignAxis(name, localName(left), values), operator, negated, values }
}
