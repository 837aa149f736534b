/** Why a text is not the JSON that we read. Public: listed in docs/errors.md, never renamed. */
export type JsonErrorCode =
  | 'JSON_TOO_LARGE'
  | 'JSON_TOO_DEEP'
  | 'JSON_BOM'
  | 'JSON_NOT_UTF8'
  | 'JSON_SYNTAX'
  | 'JSON_DUPLICATE_KEY'
  | 'JSON_FORBIDDEN_KEY'
  | 'JSON_UNSAFE_NUMBER'
  | 'JSON_LONE_SURROGATE'

/** A place in a text: both from 1; the column counts UTF-16 units, as editors do. */
export interface JsonPosition {
  readonly line: number
  readonly column: number
}

/** The message names the place and the rule, never what stands there. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly code: JsonErrorCode
  readonly position: JsonPosition

  constructor(code: JsonErrorCode, rule: string, place?: { text: string; offset: number }) {
    const position = positionAt(place?.text ?? '', place?.offset ?? 0)
    super(`${rule} at ${position.line}:${position.column}`)
    this.code = code
    this.position = position
  }
}

/** The line and column of an offset in UTF-16 units; CR, LF and CRLF each end one line. */
export function positionAt(text: string, offset: number): JsonPosition {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
