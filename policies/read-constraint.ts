import { type Problems, pointerTo } from './errors.ts'
import { isJsonObject, type JsonValue, member } from './json-value.ts'
import { parseDecimal, parseWindow } from './literal.ts'
import { checkClass, items, openObject, type Place, suggestion, text } from './members.ts'
import type { Atom, Compound, Constraint } from './policy.ts'
import { readScalar, readSet, type Scalar, Unreadable } from './value.ts'
import type { Operand, Vocabulary } from './vocabulary.ts'
import type { OperatorName } from './vocabulary-document.ts'

/** Where a constraint stands decides which operands may stand in it. */
export type Standing = 'permission' | 'prohibition' | 'duty' | 'alternative'

const COMPOUNDS = ['and', 'or', 'xone', 'andSequence'] as const
const SET_OPERATORS: ReadonlySet<OperatorName> = new Set([
  'isAnyOf',
  'isNoneOf',
  'isAllOf',
  'isPartOf',
  'hasPart',
])

export interface ReadContext {
  readonly vocabulary: Vocabulary
  readonly problems: Problems
}

/** Reads one constraint, logical or atomic; undefined after a problem. */
export function readConstraint(
  value: JsonValue,
  pointer: string,
  standing: Standing,
  context: ReadContext,
): Constraint | undefined {
  const kind = isJsonObject(value) ? COMPOUNDS.find((name) => name in value) : undefined
  if (kind === undefined) return readAtom(value, pointer, standing, context)
  const place = openObject(value, pointer, [kind, '@id', '@type'], context.problems)
  if (place === undefined) return undefined
  return readCompound(place, kind, standing, context)
}

/** Reads one atomic constraint against the vocabulary. */
export function readAtom(
  value: JsonValue,
  pointer: string,
  standing: Standing,
  context: ReadContext,
): Atom | undefined {
  const { vocabulary, problems } = context
  const name = isJsonObject(value) ? member(value, 'leftOperand') : undefined
  const operand = typeof name === 'string' ? vocabulary.operands.get(name) : undefined
  const companion = operand?.companion?.member
  const known = ['leftOperand', 'operator', 'rightOperand', 'unit', '@id', '@type']
  if (companion !== undefined) known.push(companion)
  const place = openObject(value, pointer, known, problems)
  if (place === undefined) return undefined
  if (operand === undefined) return unknownOperand(place, vocabulary)
  if (!standsWell(operand, standing, place)) return undefined
  return completeAtom(place, operand, context)
}

function completeAtom(place: Place, operand: Operand, context: ReadContext): Atom | undefined {
  const before = context.problems.found.length
  checkClass(place, 'constraint')
  const operator = readOperator(place, operand)
  const bound = operator === undefined ? undefined : readBound(place, operand, operator)
  const unit = readUnit(place, operand)
  const companion = readCompanion(place, operand, context.vocabulary)
  const id = text(place, '@id', false)
  if (operator === undefined || bound === undefined) return undefined
  if (context.problems.found.length > before) return undefined
  return { kind: 'atom', id, operand, operator, bound, unit, companion, pointer: place.pointer }
}

function readCompound(
  place: Place,
  kind: Compound['kind'],
  standing: Standing,
  context: ReadContext,
): Compound | undefined {
  checkClass(place, 'compound')
  const inner = kind === 'or' || kind === 'xone' ? 'alternative' : standing
  const entries = items(place, kind)
  if (entries.length === 0) {
    return place.problems.add('POLICY_VALUE', pointerTo(place.pointer, kind), 'takes at least one')
  }
  const parts = entries.map(([item, pointer]) => readConstraint(item, pointer, inner, context))
  const known = parts.filter((part) => part !== undefined)
  if (known.length < parts.length) return undefined
  return { kind, id: text(place, '@id', false), parts: known, pointer: place.pointer }
}

function unknownOperand(place: Place, vocabulary: Vocabulary): undefined {
  const name = text(place, 'leftOperand')
  if (name === undefined) return undefined
  const reason = suggestion(name, vocabulary.operands.keys())
  const pointer = pointerTo(place.pointer, 'leftOperand')
  return place.problems.add('POLICY_UNKNOWN_TERM', pointer, reason)
}

/** Controls and state are imposed, not asked: as a condition of a refusal they mean nothing. */
function standsWell(operand: Operand, standing: Standing, place: Place): boolean {
  const asked = operand.kind === 'fact' || operand.kind === 'shape'
  const duty = operand.place === 'duty'
  if (standing === 'duty' ? duty : !duty && (asked || standing === 'permission')) return true
  const where = standing === 'alternative' ? 'inside or/xone' : `in a ${standing}`
  place.problems.add('POLICY_PLACE', place.pointer, `${operand.name} cannot stand ${where}`)
  return false
}

function readOperator(place: Place, operand: Operand): OperatorName | undefined {
  const name = text(place, 'operator')
  if (name === undefined) return undefined
  const operator = operand.operators.find((known) => known === name)
  if (operator !== undefined) return operator
  const reason = `${operand.name} takes the operators: ${operand.operators.join(', ')}`
  return place.problems.add('POLICY_OPERATOR', pointerTo(place.pointer, 'operator'), reason)
}

function readBound(
  place: Place,
  operand: Operand,
  operator: OperatorName,
): Scalar | readonly Scalar[] | undefined {
  const pointer = pointerTo(place.pointer, 'rightOperand')
  const literal = member(place.object, 'rightOperand')
  if (literal === undefined) {
    return place.problems.add('POLICY_MISSING_MEMBER', place.pointer, 'rightOperand is missing')
  }
  const many = SET_OPERATORS.has(operator) || operand.type === 'terms'
  const value = many ? readSet(operand, literal) : readScalar(operand, literal)
  if (value instanceof Unreadable) return place.problems.add(value.code, pointer, value.reason)
  if (Array.isArray(value) && value.length === 0) {
    return place.problems.add('POLICY_VALUE', pointer, 'an empty set allows or refuses everything')
  }
  return value
}

function readUnit(place: Place, operand: Operand): string | undefined {
  const pointer = pointerTo(place.pointer, 'unit')
  const required = operand.window === 'required' || operand.unitRequired === true
  if (member(place.object, 'unit') === undefined && !required) return undefined
  const unit = text(place, 'unit')
  if (unit === undefined) return undefined
  if (operand.window !== undefined) {
    const window = parseWindow(unit)
    return window ?? place.problems.add('POLICY_UNIT', pointer, 'takes a duration such as P1D')
  }
  if (unit === operand.unit) return unit
  const reason = operand.unit === undefined ? 'takes no unit' : `takes the unit ${operand.unit}`
  return place.problems.add('POLICY_UNIT', pointer, `${operand.name} ${reason}`)
}

function readCompanion(place: Place, operand: Operand, vocabulary: Vocabulary): number | undefined {
  const name = operand.companion?.member
  const value = name === undefined ? undefined : member(place.object, name)
  if (name === undefined || value === undefined) return undefined
  const { min = 0, max = 0 } = vocabulary.operands.get(operand.companion?.operand ?? '') ?? {}
  const number = typeof value === 'number' ? value : parseDecimal(literalText(value), 0)
  if (number !== undefined && Number.isInteger(number) && number >= min && number <= max) {
    return number
  }
  const reason = `takes a whole number from ${min} to ${max}`
  return place.problems.add('POLICY_VALUE', pointerTo(place.pointer, name), reason)
}

function literalText(value: JsonValue): string {
  if (isJsonObject(value) && typeof value['@value'] === 'string') return value['@value']
  return typeof value === 'string' ? value : ''
}
