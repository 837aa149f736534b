import type { JsonObject } from '#policies/json-value'
import { idOf } from '#policies/odrl/foreign'
import { groundedVerdict } from '#policies/odrl/grounded'
import { listOf } from '#policies/odrl/scalar'
import {
  conflictVerdict,
  containmentVerdict,
  isRedundant,
  isTautology,
  operandVerdict,
  type Verdict,
} from '#policies/odrl/verdict'
import type { PolicyQuestion } from './corpus.ts'
import { lemmaVerdict } from './lemmas.ts'
import type { Ask, Question } from './questions.ts'

/** What came of one question. */
export interface VerdictResult {
  readonly id: string
  readonly group: string
  readonly wanted: Verdict
  /** A verdict, or why there is none. */
  readonly got: string
  /** Whether the policies were judged, or a statement about verdicts and intervals in general. */
  readonly by: 'policies' | 'statement'
}

/** Answers one question; what cannot be judged is a miss with its reason, never left out. */
export function runQuestion(one: PolicyQuestion, question: Question): VerdictResult {
  const { id } = one
  const { wanted, group } = question
  try {
    const statement = lemmaVerdict(one)
    const got = statement ?? ANSWERS[question.ask](one)
    return { id, group, wanted, got, by: statement === undefined ? 'policies' : 'statement' }
  } catch (error) {
    const got = `nothing: ${(error as Error).message}`
    return { id, group, wanted, got, by: 'policies' }
  }
}

const ANSWERS: Readonly<Record<Ask, (one: PolicyQuestion) => Verdict>> = {
  // Anchors of recurrences stand in the statement only; the policies cannot say them.
  conflict: ({ policies, problem = '' }) => {
    const days = Number(/offset ([0-9]+)/.exec(problem)?.[1] ?? 0)
    return conflictVerdict(policies, days * 86_400)
  },
  operands: ({ policies }) => operandVerdict(policies),
  containment: ({ policies }) => containmentVerdict(policies, false),
  'containment per operand': ({ policies }) => containmentVerdict(policies, true),
  'grounded terms': ({ policies }) => groundedVerdict(policies),
  inheritance: ({ policies }) => inheritanceVerdict(policies),
  tautology: ({ policies }) => (isTautology(policies) ? 'Compatible' : 'Conflict'),
  redundancy: ({ policies }) => (isRedundant(policies) ? 'Compatible' : 'Conflict'),
}

/** Whether every child only narrows the parents that it names. */
function inheritanceVerdict(policies: readonly JsonObject[]): Verdict {
  const pairs = policies.flatMap((child) =>
    listOf(child, 'inheritFrom').map(
      (parent) => [child, policies.find((one) => idOf(one) === idOf(parent))] as const,
    ),
  )
  const narrow = pairs.map(([child, parent]) =>
    parent === undefined ? 'Unknown' : containmentVerdict([child, parent], false),
  )
  if (narrow.includes('Conflict')) return 'Conflict'
  return narrow.length === 0 || narrow.includes('Unknown') ? 'Unknown' : 'Compatible'
}
