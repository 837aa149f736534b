import { EVERY_CAPABILITY } from '../capabilities.ts'
import type { Snapshot } from '../compiled.ts'
import { countersOf } from '../counters.ts'
import type { DecisionInputs } from '../decision.ts'
import { factsOf } from '../facts.ts'
import type { JsonValue } from '../json-value.ts'
import type { Policy } from '../policy.ts'
import { requestOf } from '../request.ts'
import { literalOf, type Value } from '../value.ts'
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
  readonly facts: Readonly<Record<string, JsonValue>>
}

/** The witness that a point stands for, under a policy that fills in what the point leaves open. */
export function witnessAt(point: Point, policy: Policy): Witness {
  const facts: Record<string, JsonValue> = {}
  for (const [name, value] of [...point].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const operand = VOCABULARY.operands.get(name)
    if (operand !== undefined) facts[name] = factOf(name, value)
  }
  const target = termAt(point, TARGET_AXIS) ?? policy.target ?? 'urn:bt:witness:asset'
  return {
    action: termAt(point, ACTION_AXIS) ?? policy.rules[0]?.action ?? 'use',
    target,
    party: termAt(point, ASSIGNEE_AXIS) ?? policy.assignee ?? 'urn:bt:witness:party',
    ...(policy.layer === 'consent' ? { subject: target } : {}),
    ...(policy.layer === 'contract' ? { authorization: policy.id } : {}),
    facts,
  }
}

/** What `decide` takes to decide a witness in some layers of a snapshot. */
export function inputsOfWitness(
  { action, target, party, subject, authorization, facts }: Witness,
  snapshot: Snapshot,
  layers: readonly Layer[],
): DecisionInputs {
  const fields = { action, target, assignee: party, layers }
  return {
    snapshot,
    request: requestOf({
      ...fields,
      ...(subject === undefined ? {} : { subject }),
      ...(authorization === undefined ? {} : { authorization }),
    }),
    facts: factsOf(facts),
    counters: countersOf(),
    capabilities: EVERY_CAPABILITY,
  }
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
