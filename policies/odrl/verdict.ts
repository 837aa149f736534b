import type { Box } from '../analysis/normal-form.ts'
import { pointIn, pointInBoth, subtract } from '../analysis/region.ts'
import type { JsonObject } from '../json-value.ts'
import { covers } from './actions.ts'
import { type ForeignRule, foreignRules } from './foreign.ts'
import { recurrencesMeet, withoutRecurrence } from './temporal.ts'

/** Whether policies can be met together, in three values. */
export type Verdict = 'Compatible' | 'Conflict' | 'Unknown'

/**
 * Conflict where no use can satisfy a rule of each; of one policy alone, where some rule of it can
 * never be satisfied. Where some rules forbid and others permit or oblige, conflict means that one
 * use is both. No solver: boxes over independent axes. `offset` shifts the recurrences of the
 * second policy against those of the first, in seconds.
 */
export function conflictVerdict(policies: readonly JsonObject[], offset = 0): Verdict {
  const all = policies.map(foreignRules)
  const rules = all.flat()
  if (isMixed(rules)) return opposed(rules) || hasDeadRule(rules) ? 'Conflict' : 'Compatible'
  const [first = [], ...others] = all
  if (others.length === 0) return hasDeadRule(first) ? 'Conflict' : 'Compatible'
  const meet = others.every((rules) => first.some((a) => rules.some((b) => canMeet(a, b, offset))))
  return meet ? 'Compatible' : 'Conflict'
}

/**
 * Like `conflictVerdict`, per operand: an operand that only one side constrains is unknown, and a
 * conflict on one operand outweighs an unknown on another.
 */
export function operandVerdict(policies: readonly JsonObject[]): Verdict {
  const [first = [], second = []] = policies.map(foreignRules)
  const verdicts = first.flatMap((a) => second.map((b) => pairByOperand(a, b)))
  return fold(verdicts.length === 0 ? ['Unknown'] : verdicts)
}

/**
 * Whether everything that the first policy allows is allowed by the second. With `perOperand`, an
 * operand that only one of them constrains makes the answer unknown.
 */
export function containmentVerdict(policies: readonly JsonObject[], perOperand: boolean): Verdict {
  const [first = [], second = []] = policies.map(foreignRules)
  const verdicts = first.flatMap((a) =>
    second.map((b): Verdict => {
      if (perOperand && !sameAxes(a, b)) return 'Unknown'
      return subtract(a.boxes, b.boxes).length === 0 ? 'Compatible' : 'Conflict'
    }),
  )
  return fold(verdicts)
}

/** Whether every rule of the policies leaves nothing out: its constraints are met by every use. */
export function isTautology(policies: readonly JsonObject[]): boolean {
  const rules = policies.flatMap(foreignRules)
  return rules.length > 0 && rules.every(({ boxes }) => subtract([[]], boxes).length === 0)
}

/** Whether some rule says something that the rest of it already makes sure of. */
export function isRedundant(policies: readonly JsonObject[]): boolean {
  return policies.flatMap(foreignRules).some(({ boxes: [box = [], ...others] }) => {
    const without = (at: number) => [box.filter((_, index) => index !== at)]
    const implied = box.some((literal, at) => subtract(without(at), [[literal]]).length === 0)
    return others.length === 0 && box.length > 1 && implied
  })
}

/** `and` of verdicts: conflict outweighs unknown, unknown outweighs compatible. */
export function fold(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('Conflict')) return 'Conflict'
  return verdicts.includes('Unknown') || verdicts.length === 0 ? 'Unknown' : 'Compatible'
}

/** `or` of verdicts: compatible outweighs unknown, unknown outweighs conflict. */
export function orVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('Compatible')) return 'Compatible'
  return verdicts.includes('Unknown') ? 'Unknown' : 'Conflict'
}

/** `xone` of verdicts: compatible iff exactly one is and all others conflict. */
export function xoneVerdict(verdicts: readonly Verdict[]): Verdict {
  const compatible = verdicts.filter((verdict) => verdict === 'Compatible').length
  if (verdicts.every((verdict) => verdict === 'Conflict')) return 'Conflict'
  return compatible === 1 && !verdicts.includes('Unknown') ? 'Compatible' : 'Unknown'
}

function isMixed(rules: readonly ForeignRule[]): boolean {
  const forbids = rules.filter(({ effect }) => effect === 'prohibition').length
  return forbids > 0 && forbids < rules.length
}

function hasDeadRule(rules: readonly ForeignRule[]): boolean {
  return rules.some(({ boxes }) => pointIn(boxes) === undefined)
}

/** Whether something that one rule forbids is what another permits or obliges. */
function opposed(rules: readonly ForeignRule[]): boolean {
  const forbidding = rules.filter(({ effect }) => effect === 'prohibition')
  const asking = rules.filter(({ effect }) => effect !== 'prohibition')
  return forbidding.some((no) => asking.some((yes) => sharesScope(no, yes) && canMeet(no, yes, 0)))
}

function sharesScope(no: ForeignRule, yes: ForeignRule): boolean {
  const share = (a: readonly string[], b: readonly string[]) =>
    a.length === 0 || b.length === 0 || a.some((one) => b.includes(one))
  const acts = no.actions.some((a) => yes.actions.some((b) => covers(a, b) || covers(b, a)))
  const named = no.actions.length > 0 && yes.actions.length > 0
  return (acts || !named) && share(no.targets, yes.targets) && share(no.assignees, yes.assignees)
}

function pairByOperand(a: ForeignRule, b: ForeignRule): Verdict {
  const axes = new Set([...a.axes, ...b.axes])
  const verdicts = [...axes].map((name): Verdict => {
    if (!a.axes.has(name) || !b.axes.has(name)) return 'Unknown'
    return pointInBoth(onAxis(a.boxes, name), onAxis(b.boxes, name)) ? 'Compatible' : 'Conflict'
  })
  return fold(verdicts)
}

function onAxis(boxes: readonly Box[], name: string): readonly Box[] {
  return boxes.map((box) => box.filter(({ axis }) => axis.name === name))
}

function sameAxes(a: ForeignRule, b: ForeignRule): boolean {
  return (
    a.axes.size > 0 && a.axes.size === b.axes.size && [...a.axes].every((name) => b.axes.has(name))
  )
}

function canMeet(a: ForeignRule, b: ForeignRule, offset: number): boolean {
  return a.boxes.some((left) =>
    b.boxes.some(
      (right) =>
        recurrencesMeet(left, right, offset) &&
        pointInBoth([withoutRecurrence(left)], [withoutRecurrence(right)]) !== undefined,
    ),
  )
}
