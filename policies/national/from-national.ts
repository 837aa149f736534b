import { PolicyError, Problems, pointerTo } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import { readPolicy } from '../load.ts'
import { items, oneOf, openObject, type Place, suggestion, text } from '../members.ts'
import type { Policy } from '../policy.ts'
import { inspect, parseStrictJson } from '../strict-json.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { NATIONAL_ID } from './to-national.ts'

const { national, actions, operators, operands } = VOCABULARY.document

const MEMBERS = [
  'policyId',
  'policyVersion',
  'status',
  'assignerId',
  'assigneeId',
  'target',
  'policies',
]
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
const STATUSES: Readonly<Record<string, string>> = { '05': 'active', '06': 'revoked' }

/**
 * Reads a policy written in the terms of the national dictionaries. The documents' own misspellings
 * are accepted as aliases. Throws `PolicyError`: an unknown code is refused, never mapped to
 * something near it; `CONVERT_INEXPRESSIBLE` names what the dictionaries know and this engine does
 * not.
 */
export function fromNational(source: string | JsonValue): Policy {
  const problems = new Problems()
  const value = typeof source === 'string' ? parseStrictJson(source, problems) : source
  if (value !== undefined && typeof source !== 'string') inspect(value, problems)
  problems.throwIfAny()
  const document = envelope(withoutAliases(value), problems)
  problems.throwIfAny()
  const reading = readPolicy(document)
  const [first, ...rest] = reading.problems
  if (reading.policy === undefined) {
    throw new PolicyError(
      first ?? { code: 'POLICY_SYNTAX', pointer: '', reason: 'cannot be read' },
      ...rest,
    )
  }
  return reading.policy
}

/** Renames misspelt members of the top level. */
function withoutAliases(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [national.memberAliases[name] ?? name, item]),
  )
}

function envelope(value: JsonValue | undefined, problems: Problems): JsonObject {
  const place = openObject(value, '', [...MEMBERS, 'extension'], problems)
  if (place === undefined) return {}
  const { namespace, ...extension } = objectAt(place, 'extension')
  if (namespace !== undefined && namespace !== VOCABULARY.document.profile) {
    problems.add(
      'POLICY_UNKNOWN_TERM',
      '/extension/namespace',
      'is not the namespace of this profile',
    )
  }
  const rules = items(place, 'policies').map(([item, pointer]) => readRule(item, pointer, problems))
  const ofKind = (kind: string) => rules.filter((rule) => rule.kind === kind).map(named)
  const status = text(place, 'status')
  return {
    '@context': VOCABULARY.document.contexts,
    profile: [VOCABULARY.document.profile],
    '@type': 'Agreement',
    conflict: 'prohibit',
    'bt:layer': 'contract',
    'bt:status': STATUSES[status ?? ''] ?? 'draft',
    'bt:version': text(place, 'policyVersion') ?? '',
    ...extension,
    '@id': text(place, 'policyId') ?? '',
    ...longId(place, 'assignerId', 'assigner'),
    ...longId(place, 'assigneeId', 'assignee'),
    ...longId(place, 'target', 'target'),
    ...unlessEmpty('permission', ofKind('permission')),
    ...unlessEmpty('prohibition', ofKind('prohibition')),
    ...unlessEmpty('obligation', ofKind('obligation')),
  }
}

function readRule(
  value: JsonValue,
  pointer: string,
  problems: Problems,
): { readonly kind: string | undefined; readonly form: JsonObject } {
  const place = openObject(value, pointer, [...RULE_MEMBERS, ...DUTY_MEMBERS], problems)
  if (place === undefined) return { kind: undefined, form: {} }
  const code = oneOf(place, 'policyType', Object.values(national.kinds))
  const kind = Object.entries(national.kinds).find(([, known]) => known === code)?.[0]
  const constraints = items(place, 'constraints')
  const logged = constraints.filter(([item]) => isLogConstraint(item))
  const conditions = constraints.filter((entry) => !logged.includes(entry))
  const duties = [
    ...items(place, 'duty').map(([item, at]) => readRule(item, at, problems).form),
    ...logged.map(() => ({ action: 'bt:logEvidence', 'bt:phase': 'post' })),
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

/** The documents do not number their rules; a trace must be able to name them. */
function named({ form }: { readonly form: JsonObject }, at: number): JsonObject {
  return '@id' in form || 'bt:phase' in form ? form : { '@id': `#rule-${at + 1}`, ...form }
}

/** The documents use logRecordSend as a constraint too; there it means the duty. */
function isLogConstraint(value: JsonValue): boolean {
  return isJsonObject(value) && member(value, 'constraint') === 'logRecordSend'
}

function readAction(place: Place): string {
  const written = text(place, 'action') ?? ''
  const code = national.actionAliases[written] ?? written
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
  const codes = operands[leftOperand]?.nationalValues ?? {}
  const decode = (item: JsonValue) => (typeof item === 'string' ? (codes[item] ?? item) : item)
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
  const code = national.constraintAliases[written] ?? written
  const pointer = pointerTo(place.pointer, 'constraint')
  if (code === 'extension') return text(place, 'constraintExtension') ?? ''
  if (national.inexpressible.includes(code)) {
    place.problems.add('CONVERT_INEXPRESSIBLE', pointer, 'an expression cannot be evaluated here')
  } else if (!OPERANDS.has(code)) {
    place.problems.add('POLICY_UNKNOWN_TERM', pointer, suggestion(code, OPERANDS.keys()))
  }
  return OPERANDS.get(code) ?? ''
}

function longId(place: Place, from: string, to: string): JsonObject {
  const id = text(place, from, false)
  if (id === undefined) return {}
  return { [to]: /^[0-9A-Z*•]{18,65}$/u.test(id) ? NATIONAL_ID + id : id }
}

function objectAt(place: Place, name: string): JsonObject {
  const value = member(place.object, name)
  return isJsonObject(value) ? value : {}
}

function renamed(place: Place, from: string, to: string): JsonObject {
  const value = member(place.object, from)
  return value === undefined ? {} : { [to]: value }
}

function unlessEmpty(name: string, list: readonly JsonObject[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list }
}
