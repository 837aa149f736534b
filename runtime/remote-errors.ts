import type { Problem } from './problem.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type RemoteErrorCode =
  | 'REMOTE_UNREACHABLE'
  | 'REMOTE_TIMEOUT'
  | 'REMOTE_RESPONSE_TOO_LARGE'
  | 'REMOTE_RESPONSE_INVALID'
  | 'REMOTE_CALL_ABORTED'
  | 'REMOTE_INSECURE'

/** No usable answer came. Whether the other side acted is not known. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly code: RemoteErrorCode

  constructor(code: RemoteErrorCode, call: string, cause?: unknown) {
    super(`${code} ${call}`, cause === undefined ? {} : { cause })
    this.code = code
  }
}

/**
 * The other side answered with a refusal. `code` is ours and the same for all, so that a party
 * never passes on another's refusal as its own; `remoteCode` is theirs.
 */
export class RemoteProblem extends Error {
  override readonly name = 'RemoteProblem'
  readonly code = 'REMOTE_PROBLEM'
  readonly status: number
  /** Absent where the refusal was no problem document. */
  readonly problem: Problem | undefined
  readonly remoteCode: string | undefined
  /** How long the other side asked to wait; 0 where it did not. */
  readonly retryAfterMs: number

  constructor(call: string, status: number, problem: Problem | undefined, retryAfterMs: number) {
    super(`${problem?.code ?? 'no problem document'} ${status} ${call}`)
    this.status = status
    this.problem = problem
    this.remoteCode = problem?.code
    this.retryAfterMs = retryAfterMs
  }
}

const PASSING = [429, 502, 503, 504]

/** Whether the same call may succeed later: nobody was reached, or the refusal says so. */
export function isPassing(error: unknown): error is RemoteError | RemoteProblem {
  if (error instanceof RemoteProblem) return PASSING.includes(error.status)
  return error instanceof RemoteError && error.code === 'REMOTE_UNREACHABLE'
}
