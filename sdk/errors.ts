/** Why a question ended without an answer. Public: listed in docs/errors.md, never renamed. */
export type AskErrorCode = 'QUERY_REFUSED' | 'SESSION_VOID' | 'RESULT_KEY_LOST' | 'QUERY_TIMED_OUT'

/** `reason` is the problem code that the gateway gave, where it gave one. */
export class AskError extends Error {
  override readonly name = 'AskError'
  readonly code: AskErrorCode
  readonly reason: string | undefined

  constructor(code: AskErrorCode, message: string, reason?: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}
