import { pointerTo } from './errors.ts'
import type { JsonValue } from './json-value.ts'
import { checkClass, items, openObject, type Place, suggestion, text } from './members.ts'
import type { Constraint, Duty, Rule } from './policy.ts'
import { type ReadContext, readAtom, readConstraint } from './read-constraint.ts'

const RULE_MEMBERS = ['@id', '@type', 'action', 'target', 'assignee', 'constraint', 'duty']
const DUTY_MEMBERS = ['@id', '@type', 'action', 'constraint', 'bt:phase', 'bt:beneficiary']
const RULE_ID = /^#[A-Za-z0-9._-]{1,64}$/

/** Reads one permission or prohibition; undefined after a problem. */
export function readRule(
  value: JsonValue,
  pointer: string,
  effect: Rule['effect'],
  context: ReadContext,
): Rule | undefined {
  const known = effect === 'permit' ? RULE_MEMBERS : RULE_MEMBERS.filter((name) => name !== 'duty')
  const place = openObject(value, pointer, known, context.problems)
  if (place === undefined) return undefined
  checkClass(place, effect === 'permit' ? 'permission' : 'prohibition')
  const id = readRuleId(place)
  const action = readAction(place, 'rule', context)
  const constraints = readConstraints(place, effect, context)
  const duties = readDuties(place, 'duty', context)
  const target = readIri(place, 'target', context, false)
  const assignee = readIri(place, 'assignee', context, false)
  if (id === undefined || action === undefined || constraints === undefined) return undefined
  return { id, effect, action, target, assignee, constraints, duties, pointer }
}

/** Reads the duties of a permission, or the obligations of a policy. */
export function readDuties(place: Place, member: string, context: ReadContext): readonly Duty[] {
  return items(place, member)
    .map(([item, pointer]) => readDuty(item, pointer, context))
    .filter((duty) => duty !== undefined)
}

/** A member that names something by IRI. */
export function readIri(
  place: Place,
  member: string,
  { vocabulary, problems }: ReadContext,
  required: boolean,
): string | undefined {
  const iri = text(place, member, required)
  if (iri === undefined) return undefined
  if (iri.length <= 512 && vocabulary.iri.test(iri)) return iri
  return problems.add('POLICY_VALUE', pointerTo(place.pointer, member), 'takes an IRI')
}

function readRuleId(place: Place): string | undefined {
  const id = text(place, '@id')
  if (id === undefined || RULE_ID.test(id)) return id
  const reason = 'takes # and at most 64 letters, digits, dots, hyphens'
  return place.problems.add('POLICY_VALUE', pointerTo(place.pointer, '@id'), reason)
}

function readAction(
  place: Place,
  use: 'rule' | 'duty',
  { vocabulary, problems }: ReadContext,
): string | undefined {
  const name = text(place, 'action')
  if (name === undefined) return undefined
  const pointer = pointerTo(place.pointer, 'action')
  const action = vocabulary.actions.get(name)
  if (action === undefined) {
    return problems.add('POLICY_UNKNOWN_TERM', pointer, suggestion(name, vocabulary.actions.keys()))
  }
  if (action.use === use || action.use === 'both') return name
  const reason = `${action.name} is the action of a ${action.use} only`
  return problems.add('POLICY_PLACE', pointer, reason)
}

function readConstraints(
  place: Place,
  effect: Rule['effect'],
  context: ReadContext,
): readonly Constraint[] | undefined {
  const standing = effect === 'permit' ? 'permission' : 'prohibition'
  const entries = items(place, 'constraint')
  const read = entries.map(([item, at]) => readConstraint(item, at, standing, context))
  const constraints = read.filter((constraint) => constraint !== undefined)
  return constraints.length === entries.length ? constraints : undefined
}

function readDuty(value: JsonValue, pointer: string, context: ReadContext): Duty | undefined {
  const place = openObject(value, pointer, DUTY_MEMBERS, context.problems)
  if (place === undefined) return undefined
  checkClass(place, 'duty')
  const action = readAction(place, 'duty', context)
  const phase = readPhase(place, context)
  const beneficiary = readIri(place, 'bt:beneficiary', context, false)
  const id = text(place, '@id', false)
  const entries = items(place, 'constraint')
  const constraints = entries
    .map(([item, at]) => readAtom(item, at, 'duty', context))
    .filter((atom) => atom !== undefined)
  if (action === undefined || phase === undefined) return undefined
  return { id, action, phase, beneficiary, constraints, pointer }
}

function readPhase(place: Place, { vocabulary, problems }: ReadContext): string | undefined {
  const phase = text(place, 'bt:phase')
  const phases = Object.keys(vocabulary.document.dutyPhases)
  if (phase === undefined || phases.includes(phase)) return phase
  const pointer = pointerTo(place.pointer, 'bt:phase')
  return problems.add('POLICY_UNKNOWN_TERM', pointer, `takes one of: ${phases.join(', ')}`)
}
