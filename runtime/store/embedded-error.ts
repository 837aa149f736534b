/** Public: listed in docs/errors.md, never renamed. */
export type EmbeddedErrorCode =
  | 'EMBEDDED_UNSUPPORTED'
  | 'EMBEDDED_NO_USER'
  | 'EMBEDDED_INIT_FAILED'
  | 'EMBEDDED_START_FAILED'
  | 'EMBEDDED_BAD_NAME'

/** The embedded PostgreSQL cannot serve. Messages name paths and exit codes. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError'
  readonly code: EmbeddedErrorCode

  constructor(code: EmbeddedErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
  }
}
