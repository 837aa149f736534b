import type { Decision } from './decision.ts'
import { atomsOf } from './policy.ts'
import { FALSE } from './truth.ts'

/**
 * The operands that a permit rests on although nobody enforces or meters them: somebody only said
 * so. Sorted, each once; empty on a refusal.
 */
export function attestedOnly(decision: Decision): readonly string[] {
  if (decision.decision === 'deny') return []
  const granting = decision.trace.filter(({ grants }) => grants !== FALSE)
  const atoms = granting.flatMap(({ rule }) => atomsOf(rule.constraints))
  const names = atoms.filter(({ operand }) => operand.class === 'attested')
  return [...new Set(names.map(({ operand }) => operand.name))].sort()
}
