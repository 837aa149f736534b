import { PolicyError, Problems, pointerTo } from './errors.ts'
import type { FactValues } from './facts.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from './json-value.ts'
import { items, missing, oneOf, openObject, type Place, text } from './members.ts'
import type { RequestFields } from './request.ts'
import { VOCABULARY } from './vocabulary.ts'
import { LAYERS } from './vocabulary-document.ts'

/** A request as it was recorded, one JSON object per line of a record file. */
export interface RecordedRequest {
  readonly id?: string
  readonly request: RequestFields
  readonly facts: FactValues
  readonly used?: Readonly<Record<string, number>>
  readonly duties?: Readonly<Record<string, 'fulfilled' | 'violated'>>
}

const MEMBERS = ['id', 'request', 'facts', 'used', 'duties']
const NAMED = ['action', 'target', 'assignee'] as const
const OPTIONAL = ['operator', 'subject', 'authorization', 'consent'] as const
const LISTS = ['collections', 'parties'] as const
const REQUEST = [...NAMED, ...OPTIONAL, ...LISTS, 'layers', 'increments']
const DUTY_STATES = ['fulfilled', 'violated'] as const

/**
 * Reads one line of a record file. Throws `PolicyError` whose pointers begin with the line's number:
 * a layer, a member or an operand that is misspelt is never passed over.
 */
export function readRecord(line: string, lineNumber: number): RecordedRequest {
  const pointer = `/${lineNumber}`
  const problems = new Problems()
  const place = openObject(parse(line, pointer), pointer, MEMBERS, problems)
  if (place !== undefined) checkRecord(place)
  problems.throwIfAny()
  return place?.object as unknown as RecordedRequest
}

function checkRecord(place: Place): void {
  text(place, 'id', false)
  const request = inside(place, 'request', REQUEST)
  if (request !== undefined) checkRequest(request)
  const facts = inside(place, 'facts')
  if (facts !== undefined) checkOperands(facts, ['fact', 'shape'])
  for (const [name, amount] of entries(place, 'used')) {
    checkCounter(name, amount, pointerTo(place.pointer, 'used'), place.problems)
  }
  checkDutyStates(place)
}

function checkRequest(request: Place): void {
  for (const name of NAMED) text(request, name)
  for (const name of OPTIONAL) text(request, name, false)
  for (const name of LISTS) {
    for (const [item, pointer] of items(request, name)) {
      if (typeof item !== 'string')
        request.problems.add('POLICY_WRONG_TYPE', pointer, 'takes a text')
    }
  }
  checkLayers(request)
  const increments = inside(request, 'increments', undefined, false)
  if (increments !== undefined) checkOperands(increments, ['state'])
}

/** The members of an object must be operands of these kinds. */
export function checkOperands(
  { object, pointer, problems }: Place,
  kinds: readonly string[],
): void {
  for (const name of Object.keys(object)) {
    const operand = VOCABULARY.operands.get(name)
    if (operand !== undefined && kinds.includes(operand.kind)) continue
    const reason = operand === undefined ? 'is no operand' : `is a ${operand.kind} here of no use`
    problems.add('FACT_INVALID', pointerTo(pointer, name), reason)
  }
}

/** `layers` lists layers and nothing else: one that is misspelt would not be required. */
export function checkLayers(place: Place): void {
  for (const [item, pointer] of items(place, 'layers')) {
    if (LAYERS.some((layer) => layer === item)) continue
    place.problems.add('POLICY_UNKNOWN_TERM', pointer, `takes one of: ${LAYERS.join(', ')}`)
  }
}

/** A counter has the name of a state, or the key under which a rule's own allowance is counted. */
export function checkCounter(
  name: string,
  amount: JsonValue,
  pointer: string,
  problems: Problems,
): void {
  const state = VOCABULARY.operands.get(name)?.kind === 'state'
  const at = pointerTo(pointer, name)
  if (!state && !name.includes('|'))
    problems.add('FACT_INVALID', at, 'is no state and no counter key')
  const counted = typeof amount === 'number' ? Number.isFinite(amount) && amount >= 0 : true
  if (!counted) problems.add('FACT_INVALID', at, 'a counter takes an amount of zero or more')
}

/** `duties` says of a duty key that it was fulfilled or violated. */
export function checkDutyStates(place: Place): void {
  const duties = inside(place, 'duties', undefined, false)
  if (duties === undefined) return
  for (const key of Object.keys(duties.object)) oneOf(duties, key, DUTY_STATES)
}

function inside(
  place: Place,
  name: string,
  known?: readonly string[],
  required = true,
): Place | undefined {
  const value = member(place.object, name)
  if (value === undefined) return required ? missing(place, name) : undefined
  const members = known ?? (isJsonObject(value) ? Object.keys(value) : [])
  return openObject(value, pointerTo(place.pointer, name), members, place.problems)
}

function entries(place: Place, name: string): readonly (readonly [string, JsonValue])[] {
  return Object.entries(inside(place, name, undefined, false)?.object ?? ({} as JsonObject))
}

function parse(line: string, pointer: string): JsonValue {
  try {
    return JSON.parse(line)
  } catch {
    throw new PolicyError({ code: 'POLICY_SYNTAX', pointer, reason: 'not JSON' })
  }
}
