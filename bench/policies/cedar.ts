import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { BenchRequest, BenchRule } from './workload.ts'

/** Cedar over one preparsed set of all rules: a decision function. */
export function cedarPreparsed(rules: readonly BenchRule[]): (request: BenchRequest) => boolean {
  const id = `all-${rules.length}`
  preparse(id, rules)
  return (request) => isAllowed(id, request)
}

/** Cedar with the rules sliced per asset beforehand, so that each call sees only a few. */
export function cedarSliced(rules: readonly BenchRule[]): (request: BenchRequest) => boolean {
  const slices = Map.groupBy(rules, ({ asset }) => asset)
  const ids = new Map([...slices.keys()].map((asset, at) => [asset, `slice-${rules.length}-${at}`]))
  for (const [asset, slice] of slices) preparse(ids.get(asset) ?? '', slice)
  return (request) => {
    const id = ids.get(request.asset)
    return id !== undefined && isAllowed(id, request)
  }
}

function preparse(id: string, rules: readonly BenchRule[]): void {
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.id, cedarText(rule)]))
  const answer = preparsePolicySet(id, { staticPolicies })
  if (answer.type !== 'success') throw new Error(`cedar refused the set ${id}`)
}

function isAllowed(id: string, request: BenchRequest): boolean {
  const answer = statefulIsAuthorized({
    principal: { type: 'Party', id: request.party },
    action: { type: 'Action', id: request.action },
    resource: { type: 'Asset', id: request.asset },
    context: {
      purpose: request.purpose,
      now: request.nowMs,
      distance: request.distance,
      used: request.used,
      level: request.level,
    },
    preparsedPolicySetId: id,
    entities: [],
  })
  if (answer.type !== 'success') throw new Error('cedar failed to decide')
  return answer.response.decision === 'allow'
}

function cedarText(rule: BenchRule): string {
  const scope = `action == Action::"${rule.action}", resource == Asset::"${rule.asset}"`
  if (rule.effect === 'forbid') {
    return `forbid(principal, ${scope}) when { context.level >= ${rule.level} };`
  }
  const purposes = rule.purposes.map((purpose) => `"${purpose}"`).join(', ')
  const conditions = [
    `[${purposes}].contains(context.purpose)`,
    `context.now >= ${rule.fromMs}`,
    `context.now < ${rule.toMs}`,
    `context.distance >= ${rule.distance}`,
    `context.used < ${rule.uses}`,
  ]
  return `permit(principal == Party::"${rule.party}", ${scope}) when { ${conditions.join(' && ')} };`
}
