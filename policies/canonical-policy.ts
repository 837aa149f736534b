import type { JsonObject, JsonValue } from './json-value.ts'
import type { Atom, Constraint, Duty, Pin, Policy, Rule } from './policy.ts'
import { literalOf, type Scalar } from './value.ts'
import { VOCABULARY, type Vocabulary } from './vocabulary.ts'

/** A policy before it is hashed. */
export type PolicyContent = Omit<Policy, 'digest'>

/**
 * The canonical form: what is hashed, signed and sent. Typed literals instead of numbers, instants
 * in UTC, aliases resolved, and every array that means a set (rules, constraints, duties, terms,
 * pins) sorted by its JCS text, so that writing order never changes a digest. Valid against the
 * Dataspace Protocol 2025-1 contract schema. Loading it gives the same policy again.
 */
export function canonicalPolicy(
  policy: PolicyContent,
  vocabulary: Vocabulary = VOCABULARY,
): JsonObject {
  const native = policy.conflict === 'prohibit'
  return defined({
    '@context': vocabulary.document.contexts,
    profile: native ? [vocabulary.document.profile] : undefined,
    '@type': policy.type,
    '@id': policy.id,
    conflict: policy.conflict,
    'bt:layer': policy.layer,
    'bt:version': policy.version,
    'bt:status': policy.status,
    'bt:title': policy.title,
    'bt:note': policy.note,
    timestamp: policy.timestamp,
    inheritFrom: unlessEmpty(policy.inherits.map(pinText).sort()),
    'bt:authorizationRef': unlessEmpty(policy.authorizations.map(pinText).sort()),
    target: policy.target,
    assigner: policy.assigner,
    assignee: policy.assignee,
    permission: ruleList(policy.rules, 'permit'),
    prohibition: ruleList(policy.rules, 'prohibit'),
    obligation: unlessEmpty(sorted(policy.obligations.map(dutyForm))),
  })
}

/** The canonical form of one constraint, as it stands in traces and findings. */
export function constraintForm(constraint: Constraint): JsonObject {
  if (constraint.kind === 'atom') return atomForm(constraint)
  const parts = constraint.parts.map(constraintForm)
  const ordered = constraint.kind === 'andSequence' ? parts : sorted(parts)
  return defined({ '@id': constraint.id, [constraint.kind]: ordered })
}

/** `id#digest`, or the bare id where the author has not pinned it. */
export function pinText({ id, digest }: Pin): string {
  return digest === undefined ? id : `${id}#${digest}`
}

function ruleList(rules: readonly Rule[], effect: Rule['effect']): JsonValue | undefined {
  return unlessEmpty(sorted(rules.filter((rule) => rule.effect === effect).map(ruleForm)))
}

function ruleForm(rule: Rule): JsonObject {
  return defined({
    '@id': rule.id,
    action: rule.action,
    target: rule.target,
    assignee: rule.assignee,
    constraint: unlessEmpty(sorted(rule.constraints.map(constraintForm))),
    duty: unlessEmpty(sorted(rule.duties.map(dutyForm))),
  })
}

function dutyForm(duty: Duty): JsonObject {
  return defined({
    '@id': duty.id,
    action: duty.action,
    'bt:phase': duty.phase,
    'bt:beneficiary': duty.beneficiary,
    constraint: unlessEmpty(sorted(duty.constraints.map(constraintForm))),
  })
}

function atomForm(atom: Atom): JsonObject {
  const companion = atom.operand.companion?.member
  return defined({
    '@id': atom.id,
    leftOperand: atom.operand.name,
    operator: atom.operator,
    rightOperand: boundForm(atom),
    unit: atom.unit,
    ...(companion === undefined ? {} : { [companion]: atom.companion }),
  })
}

function boundForm({ operand, bound }: Atom): JsonValue {
  if (typeof bound === 'number' || typeof bound === 'string') return literalOf(operand, bound)
  return bound.map((value: Scalar) => literalOf(operand, value))
}

/** By JCS text, compared by UTF-16 code units as JCS compares names. */
function sorted(forms: readonly JsonObject[]): readonly JsonObject[] {
  if (forms.length < 2) return forms
  const keyed = forms.map((form) => ({ form, key: JSON.stringify(form) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ form }) => form)
}

function unlessEmpty<T extends readonly JsonValue[]>(list: T): T | undefined {
  return list.length === 0 ? undefined : list
}

/**
 * The members that are there, by name. INVARIANT: names and numbers here are such that
 * `JSON.stringify` of a form made of these is its JCS text.
 */
function defined(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const form: Record<string, JsonValue> = {}
  for (const name of Object.keys(members).sort()) {
    const value = members[name]
    if (value !== undefined) form[name] = value
  }
  return form
}
