import type { Problem } from '../errors.ts'
import type { Policy } from '../policy.ts'
import { PROBLEM_TITLES } from '../problem-titles.ts'
import type { Finding } from './finding.ts'
import { lintLayers } from './lint-layers.ts'
import { lintPairs } from './lint-pairs.ts'
import { lintReferences } from './lint-references.ts'
import { lintRules } from './lint-rules.ts'
import { type LintOptions, Study } from './study.ts'

const RANK = { error: 0, warning: 1, info: 2 } as const

/**
 * Runs the static analyses of policy profile 5.6 over a set of policies: all decidable, no solver,
 * each finding with a concrete request that shows it. Sorted by severity, then by place.
 */
export function lint(policies: readonly Policy[], options: LintOptions = {}): readonly Finding[] {
  const study = new Study(policies, options)
  lintReferences(study)
  lintRules(study)
  lintPairs(study)
  lintLayers(study)
  const keyed = study.findings.map((finding) => ({ finding, key: sortKey(finding) }))
  return keyed
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ finding }) => finding)
}

/** The first analysis: what kept a policy from being read, as findings of the same form. */
export function problemsAsFindings(name: string, problems: readonly Problem[]): readonly Finding[] {
  return problems.map(({ code, pointer, reason }) => ({
    code,
    severity: 'error',
    analysis: 1,
    policy: name,
    pointer,
    zh: `无法载入，${PROBLEM_TITLES[code].zh}：${reason}`,
    en: `cannot be loaded, ${PROBLEM_TITLES[code].en}: ${reason}`,
  }))
}

function sortKey({ severity, policy, rule = '', pointer, analysis }: Finding): string {
  return [RANK[severity], policy, rule, pointer, String(analysis).padStart(2, '0')].join(' ')
}
