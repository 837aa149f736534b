import { type Problems, pointerTo } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import { items, oneOf, openObject, type Place, suggestion, text } from '../members.ts'
import { VOCABULARY } from '../vocabulary.ts'

const { national, actions, operators, operands } = VOCABULARY.document

const RULE_MEMBERS = [
  'policyType',
  'ruleId',
  'action',
  'actionExtension',
  'target',
  'assigneeId',
  'order',
]
const DUTY_MEMBERS = ['orderExtension', 'beneficiaryId', 'constraints', 'duty']
const CONSTRAINT_MEMBERS = [
  'constraint',
  'constraintExtension',
  'operator',
  'value',
  'unit',
  'constraintId',
]
const ORDERS = ['pre', 'parallel', 'post'] as const

const ACTIONS = new Map(
  Object.entries(actions).flatMap(([name, entry]) =>
    entry.national ? [[entry.national, name]] : [],
  ),
)
const OPERANDS = new Map(
  Object.entries(operands).flatMap(([name, entry]) =>
    entry.national ? [[entry.national, name]] : [],
  ),
)
const OPERATORS = new Map(Object.entries(operators).map(([name, entry]) => [entry.national, name]))

/** What one entry of `policies` is in our form: its kind, and a rule or an obligation. */
export interface NationalRule {
  readonly kind: string | undefined
  readonly form: JsonObject
}

/** Reads one rule in the terms of the dictionaries; what they do not know is a problem. */
export function readNationalRule(
  value: JsonValue,
  pointer: string,
  problems: Problems,
): NationalRule {
  const place = openObject(value, pointer, [...RULE_MEMBERS, ...DUTY_MEMBERS], problems)
  if (place === undefined) return { kind: undefined, form: {} }
  const code = oneOf(place, 'policyType', Object.values(national.kinds))
  const kind = Object.entries(national.kinds).find(([, known]) => known === code)?.[0]
  const constraints = items(place, 'constraints')
  const logged = constraints.filter(([item]) => isLogConstraint(item))
  const conditions = constraints.filter((entry) => !logged.includes(entry))
  const duties = [
    ...items(place, 'duty').map(([item, at]) => readDuty(item, at, problems)),
    ...logged.map(([item, at]) => readLogging(item, at, problems)),
  ]
  const form = {
    ...renamed(place, 'ruleId', '@id'),
    action: readAction(place),
    ...renamed(place, 'target', 'target'),
    ...renamed(place, 'assigneeId', 'assignee'),
    ...readPhase(place),
    ...renamed(place, 'beneficiaryId', 'bt:beneficiary'),
    ...unlessEmpty(
      'constraint',
      conditions.map(([item, at]) => readConstraint(item, at, problems)),
    ),
    ...unlessEmpty('duty', duties),
  }
  return { kind, form }
}

function readDuty(value: JsonValue, pointer: string, problems: Problems): JsonObject {
  const { kind, form } = readNationalRule(value, pointer, problems)
  if (kind !== undefined && kind !== 'obligation') {
    problems.add('POLICY_PLACE', pointerTo(pointer, 'policyType'), 'a duty is an obligation')
  }
  return form
}

/** The documents use logRecordSend as a constraint too; there it means the duty. */
function isLogConstraint(value: JsonValue): boolean {
  return isJsonObject(value) && member(value, 'constraint') === 'logRecordSend'
}

function readLogging(value: JsonValue, pointer: string, problems: Problems): JsonObject {
  openObject(value, pointer, CONSTRAINT_MEMBERS, problems)
  return { action: 'bt:logEvidence', 'bt:phase': 'post' }
}

function readAction(place: Place): string {
  const written = text(place, 'action') ?? ''
  const code = aliasOf(national.actionAliases, written)
  const pointer = pointerTo(place.pointer, 'action')
  const extension = text(place, 'actionExtension', false)
  const known = ACTIONS.get(code)
  if (known === undefined && code !== 'extension') {
    place.problems.add('POLICY_UNKNOWN_TERM', pointer, suggestion(code, ACTIONS.keys()))
  }
  if (extension === undefined) return known ?? ''
  const ancestors = VOCABULARY.actions.get(extension)?.ancestors ?? []
  if (known !== undefined && !ancestors.includes(known)) {
    const reason = 'the extension is no kind of the action it extends'
    place.problems.add('POLICY_PLACE', pointerTo(place.pointer, 'actionExtension'), reason)
  }
  return extension
}

function readPhase(place: Place): JsonObject {
  const order = oneOf(place, 'order', ORDERS, false)
  const extension = text(place, 'orderExtension', false)
  return order === undefined ? {} : { 'bt:phase': extension ?? order }
}

function readConstraint(value: JsonValue, pointer: string, problems: Problems): JsonObject {
  const place = openObject(value, pointer, [...CONSTRAINT_MEMBERS, 'bt:n'], problems)
  if (place === undefined) return {}
  const leftOperand = readOperand(place)
  const code = text(place, 'operator') ?? ''
  const operator = OPERATORS.get(code)
  if (operator === undefined) {
    const reason = `takes one of: ${[...OPERATORS.keys()].join(', ')}`
    problems.add('POLICY_UNKNOWN_TERM', pointerTo(pointer, 'operator'), reason)
  }
  const right = member(place.object, 'value') ?? null
  const codes = VOCABULARY.operands.get(leftOperand)?.nationalValues ?? {}
  const decode = (item: JsonValue) => (typeof item === 'string' ? aliasOf(codes, item) : item)
  return {
    leftOperand,
    operator: operator ?? '',
    rightOperand: Array.isArray(right) ? right.map(decode) : decode(right),
    ...renamed(place, 'unit', 'unit'),
    ...renamed(place, 'constraintId', '@id'),
    ...renamed(place, 'bt:n', 'bt:n'),
  }
}

function readOperand(place: Place): string {
  const written = text(place, 'constraint') ?? ''
  const code = aliasOf(national.constraintAliases, written)
  const pointer = pointerTo(place.pointer, 'constraint')
  if (code === 'extension') return text(place, 'constraintExtension') ?? ''
  if (national.inexpressible.includes(code)) {
    place.problems.add('CONVERT_INEXPRESSIBLE', pointer, 'an expression cannot be evaluated here')
  } else if (!OPERANDS.has(code)) {
    place.problems.add('POLICY_UNKNOWN_TERM', pointer, suggestion(code, OPERANDS.keys()))
  }
  return OPERANDS.get(code) ?? ''
}

/** The real name of a misspelt one; any other name is its own. */
export function aliasOf(aliases: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(aliases, name) ? (aliases[name] as string) : name
}

function renamed(place: Place, from: string, to: string): JsonObject {
  const value = member(place.object, from)
  return value === undefined ? {} : { [to]: value }
}

/** A list as a member; nothing where it is empty. */
export function unlessEmpty(name: string, list: readonly JsonObject[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list }
}
