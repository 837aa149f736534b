import type { JsonObject } from '#policies/json-value'
import {
  conflictVerdict,
  containmentVerdict,
  operandVerdict,
  type Verdict,
} from '#policies/odrl/verdict'
import type { CorpusCase } from './corpus.ts'
import { lemmaVerdict } from './lemmas.ts'

/** What came of one verdict case. */
export interface VerdictResult {
  readonly id: string
  readonly wanted: Verdict
  readonly got: Verdict | 'failed'
  /** Whether the policies were judged, or a statement about verdicts and intervals in general. */
  readonly by: 'policies' | 'statement'
}

const RELATIONS = [
  'conflict',
  'verdict',
  'verdict_algebra',
  'compatible',
  'subsumption',
  'realizability',
  'refinement',
]

/** Verdicts of other corpora, and what they are called here. */
const NAMES: Readonly<Record<string, Verdict>> = {
  Compatible: 'Compatible',
  Conflict: 'Conflict',
  Unknown: 'Unknown',
  // A wrong claim: its refutation has a model, so the source reads it as compatible.
  CounterSatisfiable: 'Compatible',
  Realizable: 'Compatible',
  Unrealizable: 'Conflict',
  Refines: 'Compatible',
  NotRefines: 'Conflict',
}

export function wantedVerdict({
  verdict = '',
  expected,
  relation,
  policies,
}: CorpusCase): Verdict | undefined {
  if (policies === undefined || policies.length === 0) return undefined
  if (relation !== undefined) return RELATIONS.includes(relation) ? NAMES[verdict] : undefined
  const text = typeof expected === 'string' ? expected.toUpperCase() : ''
  if (text.startsWith('CONFLICT') || text.startsWith('INCONSISTENT')) return 'Conflict'
  return text.startsWith('CONSISTENT') || text.startsWith('POSSIBLY') ? 'Compatible' : undefined
}

export function runVerdictCase(one: CorpusCase, wanted: Verdict): VerdictResult {
  const { id, policies = [] } = one
  const statement = lemmaVerdict(one)
  try {
    const got = statement ?? judge(one, policies)
    return { id, wanted, got, by: statement === undefined ? 'policies' : 'statement' }
  } catch {
    return { id, wanted, got: 'failed', by: 'policies' }
  }
}

function judge(
  { relation, category, problem = '' }: CorpusCase,
  policies: readonly JsonObject[],
): Verdict {
  if (relation === 'verdict') return operandVerdict(policies)
  const containment =
    relation === 'subsumption' || relation === 'refinement' || category === 'BoxContainment'
  if (containment) return containmentVerdict(policies, relation === 'verdict_algebra')
  // Anchors of recurrences stand in the statement only; the policies cannot say them.
  const days = Number(/offset ([0-9]+)/.exec(problem)?.[1] ?? 0)
  return conflictVerdict(policies, days * 86_400)
}
