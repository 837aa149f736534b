import type { CompiledRule, RuleList, TargetRules } from './compiled.ts'

/** Longer lists are looked up by assignee instead of being walked. */
const LONG = 8

/** The rules by target, then by action, in a fixed order. */
export function indexByTarget(rules: readonly CompiledRule[]): ReadonlyMap<string, TargetRules> {
  const byTarget = Map.groupBy(rules, ({ target }) => target)
  return new Map([...byTarget].map(([target, list]) => [target, indexByAction(list)]))
}

function indexByAction(rules: readonly CompiledRule[]): TargetRules {
  const sorted = [...rules].sort((a, b) => a.layer - b.layer || a.index - b.index)
  return Array.from({ length: 32 }, (_, action) => {
    const list = sorted.filter(({ covers }) => (covers & (1 << action)) !== 0)
    return list.length === 0 ? undefined : ruleList(list)
  })
}

function ruleList(rules: readonly CompiledRule[]): RuleList {
  const long = rules.length > LONG
  return { rules, byAssignee: long ? Map.groupBy(rules, ({ assignee }) => assignee) : undefined }
}
