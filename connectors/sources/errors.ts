/** Why a source gave no answer. Public: listed in docs/errors.md, never renamed. */
export type SourceErrorCode =
  | 'QUESTION_REFUSED'
  | 'SOURCE_ABORTED'
  | 'SOURCE_CHANGED'
  | 'SOURCE_CLOSED'
  | 'SOURCE_DEADLINE'
  | 'SOURCE_ENCODING'
  | 'SOURCE_ENGINE'
  | 'SOURCE_MEMORY'
  | 'SOURCE_MISSING'
  | 'SOURCE_ROLE'
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_UNREADABLE'

/**
 * A holder's own data or engine refused. Messages name files, lines, relations and codes. An
 * engine's own message is never kept, not even as `cause`: engines quote the cell they choke on.
 */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: SourceErrorCode

  constructor(code: SourceErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
