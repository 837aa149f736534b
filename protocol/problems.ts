import { DENIAL_PROBLEMS } from './problems/denial-problems.ts'
import { DOCUMENT_PROBLEMS } from './problems/document-problems.ts'
import { EXCHANGE_PROBLEMS } from './problems/exchange-problems.ts'

/**
 * Every refusal of the protocol that can reach a wire, with its HTTP status; those of the ground
 * (runtime-problems) join them at the server. The codes that stay inside a process stand in
 * problems/local-problems. docs/errors.md is written from all of them.
 */
export const PROBLEMS = {
  ...DOCUMENT_PROBLEMS,
  ...DENIAL_PROBLEMS,
  ...EXCHANGE_PROBLEMS,
} as const

/** A code of the protocol that can reach a wire. Public: never renamed. */
export type ProblemCode = keyof typeof PROBLEMS
