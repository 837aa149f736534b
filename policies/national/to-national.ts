import { canonicalPolicy } from '../canonical-policy.ts'
import { Problems, pointerTo } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import type { Policy } from '../policy.ts'
import { VOCABULARY } from '../vocabulary.ts'

const { national, actions, operators, operands, dutyPhases } = VOCABULARY.document

/** Members of a policy that the national documents have no field for: carried in the extension. */
export const EXTENSION_MEMBERS = [
  '@type',
  'profile',
  'conflict',
  'bt:layer',
  'bt:version',
  'bt:status',
  'bt:title',
  'bt:note',
  'timestamp',
  'inheritFrom',
  'bt:authorizationRef',
]

/**
 * Writes a policy in the terms of the national dictionaries (TC609-6-2025-14/-15): coded kinds,
 * operators, actions and constraints; what they lack travels in their extension slots under our own
 * namespace, so that `fromNational` gives the same policy back. Throws `PolicyError`
 * (`CONVERT_INEXPRESSIBLE`) for alternatives: the dictionaries only know conjunctions.
 */
export function toNational(policy: Policy): JsonObject {
  const form = canonicalPolicy(policy)
  const problems = new Problems()
  const rules = (['permission', 'prohibition', 'obligation'] as const).flatMap((kind) =>
    list(form, kind).map((rule, at) => ruleOf(rule, kind, `/${kind}/${at}`, problems)),
  )
  problems.throwIfAny()
  return {
    policyId: policy.id,
    policyVersion: policy.version,
    status: national.statuses[policy.status] ?? '01',
    ...shortId('assignerId', policy.assigner),
    ...shortId('assigneeId', policy.assignee),
    ...shortId('target', policy.target),
    policies: rules,
    extension: {
      namespace: VOCABULARY.document.profile,
      ...Object.fromEntries(EXTENSION_MEMBERS.flatMap((name) => carry(form, name))),
    },
  }
}

function ruleOf(
  rule: JsonObject,
  kind: 'permission' | 'prohibition' | 'obligation',
  pointer: string,
  problems: Problems,
): JsonObject {
  const duties = list(rule, 'duty')
  return {
    policyType: national.kinds[kind],
    ...renamed(rule, '@id', 'ruleId'),
    ...actionOf(rule),
    ...renamed(rule, 'target', 'target'),
    ...renamed(rule, 'assignee', 'assigneeId'),
    ...phaseOf(rule),
    ...renamed(rule, 'bt:beneficiary', 'beneficiaryId'),
    ...constraintsOf(rule, pointer, problems),
    ...(duties.length === 0
      ? {}
      : {
          duty: duties.map((duty, at) =>
            ruleOf(duty, 'obligation', `${pointer}/duty/${at}`, problems),
          ),
        }),
  }
}

/** A coded action where there is one; else the nearest coded action above, and ours beside it. */
function actionOf(rule: JsonObject): JsonObject {
  const name = textOf(rule, 'action')
  const own = actions[name]?.national
  if (own !== undefined) return { action: own }
  const above = VOCABULARY.actions.get(name)?.ancestors ?? []
  const coded = above
    .map((ancestor) => actions[ancestor]?.national)
    .find((code) => code !== undefined)
  return { action: coded ?? 'extension', actionExtension: name }
}

function phaseOf(rule: JsonObject): JsonObject {
  const phase = textOf(rule, 'bt:phase')
  if (!(phase in dutyPhases)) return {}
  if (phase === 'pre' || phase === 'parallel' || phase === 'post') return { order: phase }
  return { order: phase === 'preRelease' ? 'parallel' : 'post', orderExtension: phase }
}

function constraintsOf(rule: JsonObject, pointer: string, problems: Problems): JsonObject {
  const constraints = list(rule, 'constraint').map((constraint, at) =>
    constraintOf(constraint, pointerTo(`${pointer}/constraint`, at), problems),
  )
  return constraints.length === 0 ? {} : { constraints }
}

function constraintOf(constraint: JsonObject, pointer: string, problems: Problems): JsonObject {
  const name = textOf(constraint, 'leftOperand')
  const operator = operators[textOf(constraint, 'operator') as keyof typeof operators]
  if (operator === undefined) {
    problems.add('CONVERT_INEXPRESSIBLE', pointer, 'the dictionaries know no alternatives')
    return {}
  }
  const entry = operands[name]
  const known = entry?.national
  return {
    ...(known === undefined
      ? { constraint: 'extension', constraintExtension: name }
      : { constraint: known }),
    operator: operator.national,
    value: valuesOf(constraint, entry?.nationalValues ?? {}),
    ...renamed(constraint, 'unit', 'unit'),
    ...renamed(constraint, '@id', 'constraintId'),
    ...renamed(constraint, 'bt:n', 'bt:n'),
  }
}

/** Values as plain text: their type follows from the constraint. */
function valuesOf(constraint: JsonObject, codes: Readonly<Record<string, string>>): JsonValue {
  const text = (value: JsonValue): string => {
    const plain = isJsonObject(value) ? textOf(value, '@value') : String(value)
    return Object.entries(codes).find(([, term]) => term === plain)?.[0] ?? plain
  }
  const right = member(constraint, 'rightOperand') ?? null
  return Array.isArray(right) ? right.map(text) : text(right)
}

/** A national identifier is carried bare; anything else stays an IRI. */
function shortId(name: string, iri: string | undefined): JsonObject {
  if (iri === undefined) return {}
  return { [name]: iri.startsWith(NATIONAL_ID) ? iri.slice(NATIONAL_ID.length) : iri }
}

/** How a national identifier (NDI-TR-2025-03) is written as an IRI. */
export const NATIONAL_ID = 'urn:ndi:'

function list(object: JsonObject, name: string): readonly JsonObject[] {
  const value = member(object, name)
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function textOf(object: JsonObject, name: string): string {
  const value = member(object, name)
  return typeof value === 'string' ? value : ''
}

function renamed(object: JsonObject, from: string, to: string): JsonObject {
  const value = member(object, from)
  return value === undefined ? {} : { [to]: value }
}

function carry(form: JsonObject, name: string): readonly (readonly [string, JsonValue])[] {
  const value = member(form, name)
  return value === undefined ? [] : [[name, value]]
}
