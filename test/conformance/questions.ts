import { type JsonObject, member } from '#policies/json-value'
import { foreignRules } from '#policies/odrl/foreign'
import type { Verdict } from '#policies/odrl/verdict'
import type { PolicyQuestion } from './corpus.ts'

/** What is asked of the policies of one case. */
export type Ask =
  | 'conflict'
  | 'operands'
  | 'containment'
  | 'containment per operand'
  | 'grounded terms'
  | 'inheritance'
  | 'tautology'
  | 'redundancy'

/** A question in our own words, with the answer that its source gives. */
export interface Question {
  readonly ask: Ask
  readonly wanted: Verdict
  /** Under which heading it is counted. */
  readonly group: string
}

const COUNTED = 'three-valued verdicts'
const RELATIONS: Readonly<Record<string, readonly [Ask, string]>> = {
  conflict: ['conflict', COUNTED],
  verdict: ['operands', COUNTED],
  verdict_algebra: ['conflict', COUNTED],
  compatible: ['conflict', 'compatible'],
  subsumption: ['containment', 'subsumption'],
  realizability: ['conflict', 'realizability'],
  refinement: ['containment', 'refinement'],
}

/** Verdicts of related corpora, and what they are called here. */
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

/** Answers of corpora that name no relation, by how they begin. */
const WORDS: readonly (readonly [RegExp, Ask, Verdict])[] = [
  [/^(valid|no violation)/i, 'inheritance', 'Compatible'],
  [/^(expansion|violation)/i, 'inheritance', 'Conflict'],
  [/^tautology/i, 'tautology', 'Compatible'],
  [/^redundant/i, 'redundancy', 'Compatible'],
  [/^(conflict|inconsistent$|unsatisfiable|(deontic|internal)-conflict)/i, 'conflict', 'Conflict'],
  [/^(consistent|possibly|satisfiable|compatible|no[nt]?[ -]?conflict)/i, 'conflict', 'Compatible'],
]

/** The question of a case, or why it is none that policies alone can answer. */
export function questionOf(one: PolicyQuestion): Question | string {
  const { policies, relation, verdict } = one
  if (policies.length === 0) return 'no policy'
  if (relation !== undefined) return byRelation(one, relation)
  if (verdict !== undefined && ['Compatible', 'Conflict', 'Unknown'].includes(verdict)) {
    return { ask: 'grounded terms', wanted: verdict as Verdict, group: 'grounded terms' }
  }
  return byWord(one, one.expected ?? verdict)
}

function byRelation({ verdict = '', category }: PolicyQuestion, relation: string) {
  const known = Object.hasOwn(RELATIONS, relation) ? RELATIONS[relation] : undefined
  if (known === undefined) return `relation ${relation}`
  const wanted = Object.hasOwn(NAMES, verdict) ? NAMES[verdict] : undefined
  if (wanted === undefined) return `verdict ${verdict}`
  const [ask, group] = known
  if (category !== 'BoxContainment') return { ask, wanted, group }
  const perOperand = relation === 'verdict_algebra'
  return { ask: perOperand ? 'containment per operand' : 'containment', wanted, group } as const
}

function byWord({ policies }: PolicyQuestion, word: string | undefined): Question | string {
  if (word === undefined) return 'no verdict'
  const known = WORDS.find(([pattern]) => pattern.test(word))
  if (known === undefined) return `verdict ${word.split(/[ ,(:]/)[0]}`
  if (!policies.some(isConstrained)) return 'no constraint'
  const [, ask, wanted] = known
  return { ask, wanted, group: ask === 'conflict' ? 'consistency' : ask }
}

function isConstrained(policy: JsonObject): boolean {
  const rules = foreignRules(policy)
  return rules.some(({ axes }) => axes.size > 0) || member(policy, 'prohibition') !== undefined
}
