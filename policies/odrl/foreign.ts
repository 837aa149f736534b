import type { Axis, Literal } from '../analysis/axis.ts'
import { type Box, product } from '../analysis/normal-form.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import type { Scalar } from '../value.ts'
import type { OperatorName } from '../vocabulary-document.ts'
import { impliedElapsed } from './temporal.ts'

/**
 * ODRL policies of other profiles, read for analysis only: operands are axes by their last path
 * segment, their kind is inferred from the literals. Nothing read here can be enforced.
 */
export interface ForeignRule {
  readonly effect: 'permission' | 'prohibition' | 'obligation'
  readonly actions: readonly string[]
  readonly boxes: readonly Box[]
  /** The names of the axes that it constrains. */
  readonly axes: ReadonlySet<string>
}

/** The rules of a policy in compact or prefixed JSON, refinements of actions included. */
export function foreignRules(policy: JsonObject): readonly ForeignRule[] {
  return (['permission', 'prohibition', 'obligation'] as const).flatMap((effect) =>
    listOf(policy, effect)
      .filter(isJsonObject)
      .map((rule) => readRule(rule, effect)),
  )
}

/** A member as a list, with or without the `odrl:` prefix. */
export function listOf(object: JsonObject, name: string): readonly JsonValue[] {
  const value = member(object, name) ?? member(object, `odrl:${name}`)
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** The last segment of a name: `http://www.w3.org/ns/odrl/2/use`, `odrl:use` and `use` are one. */
export function localName(value: JsonValue | undefined): string {
  const id = isJsonObject(value) ? (member(value, '@id') ?? member(value, 'rdf:value')) : value
  const text = isJsonObject(id) ? localName(id) : String(id ?? '')
  return text.split(/[#/:]/).at(-1) ?? text
}

function readRule(rule: JsonObject, effect: ForeignRule['effect']): ForeignRule {
  const actions = listOf(rule, 'action')
  const refinements = actions.flatMap((action) =>
    isJsonObject(action) ? listOf(action, 'refinement') : [],
  )
  const constraints = [...listOf(rule, 'constraint'), ...refinements].filter(isJsonObject)
  const stated = product(constraints.map((constraint) => boxesOf(constraint, false)))
  const axes = new Set(constraints.flatMap(axesOf))
  const boxes = stated.map((box) => [...box, ...impliedElapsed(box, false, ELAPSED)])
  return { effect, actions: actions.map(localName), boxes, axes }
}

const COMPOUNDS = ['and', 'or', 'xone', 'andSequence'] as const

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

/** `{"@list": […]}` as its items. */
function listItems(value: JsonValue): readonly JsonValue[] {
  const list = isJsonObject(value) ? member(value, '@list') : undefined
  return Array.isArray(list) ? list : [value]
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
  const unit = member(constraint, 'unit')
  const base = localName(listOf(constraint, 'leftOperand')[0])
  const name = unit === undefined ? base : `${base}|${localName(unit)}`
  const operator = localName(listOf(constraint, 'operator')[0]) as OperatorName
  return { axis: axisFor(name, base, values), operator, negated, values }
}

function axisFor(name: string, base: string, values: readonly Scalar[]): Axis {
  const number = values.every((value) => typeof value === 'number')
  const [min, max, minOpen] = DOMAINS.find(([pattern]) => pattern.test(base))?.[1] ?? WHOLE_LINE
  return {
    name,
    kind: number ? 'number' : 'term',
    integer: false,
    min,
    max,
    minOpen,
    universe: undefined,
    below: (term) => [term],
    fresh: (at) => `other-${at}`,
  }
}

type Domain = readonly [min: number, max: number, minOpen: boolean]
const WHOLE_LINE: Domain = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false]

/** The value spaces that the ODRL vocabulary gives its own operands. */
const DOMAINS: readonly (readonly [RegExp, Domain])[] = [
  [/^percentage$/, [0, 100, false]],
  [/^(count|payAmount)$/, [0, Number.POSITIVE_INFINITY, false]],
  [/^resolution$|absoluteSize|relativeSize/i, [0, Number.POSITIVE_INFINITY, false]],
  [
    /^(elapsedTime|meteredTime|delayPeriod|timeInterval)$|absoluteTemporal/i,
    [0, Number.POSITIVE_INFINITY, false],
  ],
]

const ELAPSED = axisFor('elapsedTime', 'elapsedTime', [0])

const NUMBER = /^-?[0-9]+(\.[0-9]+)?$/
const DURATION =
  /^(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9.]+)S)?)?$/
const SECONDS = [31_557_600, 2_629_800, 604_800, 86_400, 3_600, 60, 1]

/** Numbers, instants (ms) and durations (s, months as a twelfth of a Julian year); else a term. */
export function scalarOf(value: JsonValue): Scalar {
  const literal = isJsonObject(value) ? (member(value, '@value') ?? member(value, '@id')) : value
  const text = String(literal ?? '')
  if (NUMBER.test(text)) return Number(text)
  const duration = DURATION.exec(text)
  if (duration !== null && text.length > 2) {
    const parts = duration.slice(2).map((part) => Number(part ?? 0))
    const seconds = parts.reduce((sum, part, at) => sum + part * (SECONDS[at] ?? 0), 0)
    return duration[1] === '-' ? -seconds : seconds
  }
  const instant = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(instant) ? localName(text) : instant
}
