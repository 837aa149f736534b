import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts'
import { conjunction, disjunction, exactlyOne, FALSE, TRUE, type Truth, UNKNOWN } from '../truth.ts'
import type { Scalar } from '../value.ts'
import { listItems, listOf, localName, nameOf, scalarOf } from './scalar.ts'

/** What the constraints of one evaluation are judged against. */
export interface Known {
  /** Values by left operand; one that is absent is unknown. */
  readonly facts: Readonly<Record<string, JsonValue>>
  /** Whether the first name is the second, is part of it, or is of that type. */
  readonly isIn: (name: string, whole: string) => boolean
}

const COMPOUNDS = {
  and: conjunction,
  or: disjunction,
  xone: exactlyOne,
  andSequence: conjunction,
} as const

/** The kind of a logical constraint; undefined for an atomic one. */
export function compoundKind(constraint: JsonObject): keyof typeof COMPOUNDS | undefined {
  const kinds = Object.keys(COMPOUNDS) as (keyof typeof COMPOUNDS)[]
  return kinds.find((name) => listOf(constraint, name).length > 0)
}

/** The constraints inside a logical one. */
export function partsOf(
  constraint: JsonObject,
  kind: keyof typeof COMPOUNDS,
): readonly JsonObject[] {
  return listOf(constraint, kind).flatMap(listItems).filter(isJsonObject)
}

/** Kleene truth of a constraint of any profile, logical or atomic. */
export function judgeForeign(constraint: JsonObject, known: Known): Truth {
  const kind = compoundKind(constraint)
  if (kind === undefined) return judgeAtom(constraint, known)
  return COMPOUNDS[kind](partsOf(constraint, kind).map((part) => judgeForeign(part, known)))
}

function judgeAtom(constraint: JsonObject, { facts, isIn }: Known): Truth {
  const name = nameOf(listOf(constraint, 'leftOperand')[0])
  const given = Object.hasOwn(facts, name) ? facts[name] : undefined
  if (given === undefined) return UNKNOWN
  const values = (Array.isArray(given) ? given : [given]).flatMap(listItems).map(scalarOf)
  const bounds = listOf(constraint, 'rightOperand').flatMap(listItems).map(scalarOf)
  if (values.length === 0 || bounds.length === 0) return UNKNOWN
  return compare(localName(listOf(constraint, 'operator')[0]), values, bounds, isIn)
}

function compare(
  operator: string,
  values: readonly Scalar[],
  bounds: readonly Scalar[],
  isIn: Known['isIn'],
): Truth {
  const below = (a: Scalar, b: Scalar) => a === b || isIn(String(a), String(b))
  switch (operator) {
    case 'eq':
      return truth(isSame(values, bounds))
    case 'neq':
      return truth(!isSame(values, bounds))
    case 'isAnyOf':
      return truth(values.some((one) => bounds.includes(one)))
    case 'isNoneOf':
      return truth(!values.some((one) => bounds.includes(one)))
    case 'isAllOf':
      return truth(bounds.every((one) => values.includes(one)))
    case 'hasPart':
      return truth(bounds.every((one) => values.some((value) => below(one, value))))
    case 'isA':
    case 'isPartOf':
      return truth(values.every((one) => bounds.some((bound) => below(one, bound))))
    default:
      return order(operator, values, bounds)
  }
}

function isSame(values: readonly Scalar[], bounds: readonly Scalar[]): boolean {
  return [...values, ...bounds].every((one) => values.includes(one) && bounds.includes(one))
}

/** Only two single values of one kind have an order. */
function order(operator: string, values: readonly Scalar[], bounds: readonly Scalar[]): Truth {
  const [value, bound] = [values[0] as Scalar, bounds[0] as Scalar]
  if (values.length > 1 || bounds.length > 1 || typeof value !== typeof bound) return UNKNOWN
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

function truth(holds: boolean): Truth {
  return holds ? TRUE : FALSE
}
