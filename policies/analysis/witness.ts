import { EVERY_CAPABILITY } from '../capabilities.ts'
import type { Snapshot } from '../compiled.ts'
import { countersOf } from '../counters.ts'
import type { DecisionInputs } from '../decision.ts'
import { dutyTermsOf } from '../duties.ts'
import { factsOf } from '../facts.ts'
import type { JsonValue } from '../json-value.ts'
import { atomsOf, type Policy, type Rule } from '../policy.ts'
import { requestOf } from '../request.ts'
import { literalOf, plainText, readScalar, type Value } from '../value.ts'
import { VOCABULARY } from '../vocabulary.ts'
import type { Layer } from '../vocabulary-document.ts'
import { ACTION_AXIS, ASSIGNEE_AXIS, TARGET_AXIS } from './region.ts'
import type { Point } from './solve.ts'

/** A concrete request that shows a finding: it can be decided, tested and replayed as it stands. */
export interface Witness {
  readonly action: string
  readonly target: string
  readonly party: string
  readonly subject?: string
  readonly authorization?: string
  /** The one consent that is asked; without it, every consent of the subject is. */
  readonly consent?: string
  readonly facts: Readonly<Record<string, JsonValue>>
  /** What it uses of states that every request must say for itself, as in a test file. */
  readonly increments?: Readonly<Record<string, JsonValue>>
  /** Duties that must come first, taken as performed. */
  readonly duties?: Readonly<Record<string, 'fulfilled'>>
}

/** A rule with the policy that states it. */
export interface PlacedRule {
  readonly policy: Policy
  readonly rule: Rule
}

/**
 * The witness that a point stands for, under a rule that fills in what the point leaves open. Where
 * the finding is about `others` too, the request is one that they can judge as well.
 */
export function witnessAt(
  point: Point,
  { policy, rule }: PlacedRule,
  others: readonly PlacedRule[] = [],
): Witness {
  const facts: Record<string, JsonValue> = {}
  for (const [name, value] of [...point].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const operand = VOCABULARY.operands.get(name)
    if (operand !== undefined) facts[name] = factOf(name, value)
  }
  const target =
    termAt(point, TARGET_AXIS) ?? rule.target ?? policy.target ?? 'urn:bt:witness:asset'
  const assignee = rule.assignee ?? policy.assignee ?? 'urn:bt:witness:party'
  const judged = [{ policy, rule }, ...others]
  return {
    action: termAt(point, ACTION_AXIS) ?? rule.action,
    target,
    party: termAt(point, ASSIGNEE_AXIS) ?? assignee,
    ...(policy.layer === 'consent' ? { subject: target, consent: policy.id } : {}),
    ...(policy.layer === 'contract' ? { authorization: policy.id } : {}),
    facts,
    ...unlessEmpty('increments', Object.fromEntries(judged.flatMap(amountsOf))),
    ...unlessEmpty('duties', Object.fromEntries(judged.flatMap(performedFor))),
  }
}

/** Nothing, of every state that has no usual amount: enough to be judged. */
function amountsOf({ rule }: PlacedRule): readonly (readonly [string, string])[] {
  return atomsOf(rule.constraints)
    .map(({ operand }) => operand)
    .filter(({ kind, increment }) => kind === 'state' && increment === undefined)
    .map((operand) => [operand.name, plainText(operand, 0)] as const)
}

function performedFor({ policy, rule }: PlacedRule): readonly (readonly [string, 'fulfilled'])[] {
  if (rule.effect === 'prohibit') return []
  return dutyTermsOf(rule, policy)
    .filter(({ phase }) => phase === 'pre')
    .map(({ key }) => [key, 'fulfilled'] as const)
}

function unlessEmpty<K extends string, V extends object>(
  name: K,
  value: V,
): { readonly [P in K]?: V } {
  return Object.keys(value).length === 0 ? {} : ({ [name]: value } as { readonly [P in K]?: V })
}

/** What `decide` takes to decide a witness in some layers of a snapshot. */
export function inputsOfWitness(
  { action, target, party, subject, authorization, consent, ...known }: Witness,
  snapshot: Snapshot,
  layers: readonly Layer[],
): DecisionInputs {
  const fields = { action, target, assignee: party, layers }
  const { facts, increments, duties } = known
  return {
    snapshot,
    request: requestOf({
      ...fields,
      ...(subject === undefined ? {} : { subject }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(consent === undefined ? {} : { consent }),
      ...(increments === undefined ? {} : { increments: engineAmounts(increments) }),
    }),
    facts: factsOf(facts),
    counters: countersOf({}, duties),
    capabilities: EVERY_CAPABILITY,
  }
}

function engineAmounts(written: Readonly<Record<string, JsonValue>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(written).map(([name, amount]) => {
      const operand = VOCABULARY.operands.get(name)
      return [name, operand === undefined ? Number.NaN : Number(readScalar(operand, amount))]
    }),
  )
}

function termAt(point: Point, axis: string): string | undefined {
  const value = point.get(axis)
  return typeof value === 'string' ? value : undefined
}

function factOf(name: string, value: Value): JsonValue {
  const operand = VOCABULARY.operands.get(name)
  if (operand === undefined || typeof value === 'object') return value as JsonValue
  return literalOf(operand, value)
}
