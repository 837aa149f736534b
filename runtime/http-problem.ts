import { type Problem, ProblemBody } from './problem.ts'
import type { RuntimeProblemCode } from './runtime-problems.ts'

export type HttpProblemCode = Exclude<
  RuntimeProblemCode,
  `REMOTE_${string}` | 'TRANSACTION_CONFLICT'
>

/** Thrown by a route or hook to answer with one of the codes of the ground itself. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly code: HttpProblemCode
  readonly places: Problem['places'] | undefined
  /** Becomes `Retry-After`, rounded up to seconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: HttpProblemCode,
    options: { places?: Problem['places']; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(code, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.places = options.places
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The response schema that every route carries as `default`. */
export const problemResponse = { default: ProblemBody } as const
