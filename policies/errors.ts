/**
 * Why a policy, a vocabulary, a fact or a test file was refused. Public API: each code stands in
 * docs/errors.md and is never renamed.
 */
export type PolicyErrorCode =
  | 'POLICY_SYNTAX'
  | 'POLICY_DUPLICATE_KEY'
  | 'POLICY_TOO_LARGE'
  | 'POLICY_TOO_DEEP'
  | 'POLICY_UNSAFE_TEXT'
  | 'POLICY_UNKNOWN_MEMBER'
  | 'POLICY_MISSING_MEMBER'
  | 'POLICY_WRONG_TYPE'
  | 'POLICY_UNKNOWN_TERM'
  | 'POLICY_OPERATOR'
  | 'POLICY_VALUE'
  | 'POLICY_UNIT'
  | 'POLICY_PLACE'
  | 'POLICY_CONFLICT_STRATEGY'
  | 'POLICY_DUPLICATE_ID'
  | 'POLICY_INHERITANCE'
  | 'POLICY_TOO_COMPLEX'
  | 'CONVERT_INEXPRESSIBLE'
  | 'FACT_INVALID'
  | 'VOCABULARY_INVALID'

/**
 * One refused place. `pointer` is an RFC 6901 JSON pointer into the document as it was written;
 * `reason` names vocabulary terms, sizes and limits, never a value of the document.
 */
export interface Problem {
  readonly code: PolicyErrorCode
  readonly pointer: string
  readonly reason: string
}

/** Carries every problem that was found, the first one as its own code and pointer. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly code: PolicyErrorCode
  readonly pointer: string
  readonly problems: readonly Problem[]

  constructor(first: Problem, ...rest: readonly Problem[]) {
    super(`${first.code} at ${first.pointer === '' ? 'the root' : first.pointer}: ${first.reason}`)
    this.code = first.code
    this.pointer = first.pointer
    this.problems = [first, ...rest]
  }
}

/** Collects problems so that an author sees all of them at once, not one per attempt. */
export class Problems {
  readonly found: Problem[] = []

  /** Records a problem and answers undefined, so that a reader can `return problems.add(…)`. */
  add(code: PolicyErrorCode, pointer: string, reason: string): undefined {
    this.found.push({ code, pointer, reason })
    return undefined
  }

  /** Throws a `PolicyError` when anything was recorded. */
  throwIfAny(): void {
    const [first, ...rest] = this.found
    if (first !== undefined) throw new PolicyError(first, ...rest)
  }
}

/** One more step of a JSON pointer (RFC 6901), escaped. */
export function pointerTo(parent: string, step: string | number): string {
  return `${parent}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`
}
