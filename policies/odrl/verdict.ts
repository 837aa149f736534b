import type { Box } from '../analysis/normal-form.ts'
import { pointIn, pointInBoth, subtract } from '../analysis/region.ts'
import type { JsonObject } from '../json-value.ts'
import { type ForeignRule, foreignRules } from './foreign.ts'
import { recurrencesMeet, withoutRecurrence } from './temporal.ts'

/** Whether two policies can be met by one use, in three values. */
export type Verdict = 'Compatible' | 'Conflict' | 'Unknown'

/**
 * Conflict where no use can satisfy a rule of each; of one policy alone, where some rule of it can
 * never be satisfied. No solver: boxes over independent axes. `offset` shifts the recurrences of the
 * second policy against those of the first, in seconds.
 */
export function conflictVerdict(policies: readonly JsonObject[], offset = 0): Verdict {
  const [first = [], ...others] = policies.map(foreignRules)
  if (others.length === 0)
    return first.every(({ boxes }) => pointIn(boxes)) ? 'Compatible' : 'Conflict'
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
