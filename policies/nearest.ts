import { constraintForm } from './canonical-policy.ts'
import { judgeAlone } from './checks.ts'
import { type Decision, type JudgedRule, outcomeAt } from './decision.ts'
import { describe, type Language } from './describe.ts'
import type { JsonObject } from './json-value.ts'
import type { Constraint } from './policy.ts'
import { TRUE } from './truth.ts'
import { LAYERS } from './vocabulary-document.ts'

/** The permission that lacks least, and what it lacks. */
export interface Nearest {
  readonly policy: string
  readonly rule: string
  readonly missing: readonly JsonObject[]
  /** How many further conditions are missing that this audience may not be told. */
  readonly withheld: number
  readonly hint_zh: string
  readonly hint_en: string
}

/**
 * The permission of the first failing layer with the fewest constraints that do not hold; null
 * where a prohibition stands or no permission covers the action. The consumer is never pointed to
 * a condition on a fact that it may not query.
 */
export function nearestPermit(decision: Decision, audience: string): Nearest | null {
  const { layer } = decision
  if (layer === undefined) return null
  const outcome = outcomeAt(decision.judged.outcomes, LAYERS.indexOf(layer))
  if (outcome === 'DENY_PROHIBITED' || outcome === 'INDETERMINATE') return null
  const candidates = decision.trace
    .filter(({ rule }) => !rule.prohibits && rule.owner.policy.layer === layer)
    .map((judged) => ({ judged, missing: missingOf(judged, decision) }))
    .sort(
      (a, b) => a.missing.length - b.missing.length || a.judged.rule.index - b.judged.rule.index,
    )
  const best = candidates[0]
  return best === undefined ? null : tell(best.judged, best.missing, audience)
}

function missingOf({ rule }: JudgedRule, { inputs }: Decision): readonly Constraint[] {
  const { vocabulary } = inputs.snapshot
  return rule.constraints.filter(
    (constraint) => judgeAlone(constraint, rule.key, vocabulary, inputs) !== TRUE,
  )
}

function tell({ rule }: JudgedRule, missing: readonly Constraint[], audience: string): Nearest {
  const told = audience === 'consumer' ? missing.filter(isPublic) : missing
  const withheld = missing.length - told.length
  return {
    policy: rule.owner.policy.id,
    rule: rule.rule.id,
    missing: told.map(constraintForm),
    withheld,
    hint_zh: hint(told, withheld, 'zh'),
    hint_en: hint(told, withheld, 'en'),
  }
}

function isPublic(constraint: Constraint): boolean {
  if (constraint.kind === 'atom') return constraint.operand.visibility !== 'provider-only'
  return constraint.parts.every(isPublic)
}

function hint(missing: readonly Constraint[], withheld: number, language: Language): string {
  const words = missing.map((constraint) => describe(constraint, language))
  if (language === 'zh') {
    const rest = withheld === 0 ? '' : `（另有 ${withheld} 项条件不予告知）`
    return words.length === 0
      ? `尚缺其他条件${rest}`
      : `如满足以下条件则可允许：${words.join('；')}${rest}`
  }
  const rest = withheld === 0 ? '' : ` (${withheld} further condition(s) are not told)`
  return words.length === 0
    ? `other conditions are missing${rest}`
    : `would permit if ${words.join(' and ')}${rest}`
}
