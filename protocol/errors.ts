/** Why a document of the protocol was refused. Public: listed in docs/errors.md, never renamed. */
export type ProtocolErrorCode =
  | 'DIRECTORY_REFUSED'
  | 'DIRECTORY_EXPIRED'
  | 'DIRECTORY_ROLLED_BACK'
  | 'PARTICIPANT_UNKNOWN'
  | 'PARTICIPANT_INACTIVE'
  | 'KEY_UNKNOWN'
  | 'MESSAGE_MALFORMED'
  | 'SIGNATURE_REFUSED'
  | 'PRODUCT_UNKNOWN'
  | 'COLUMN_UNKNOWN'
  | 'FUNCTION_UNKNOWN'
  | 'OPERATOR_UNKNOWN'
  | 'VALUE_OUTSIDE_DOMAIN'
  | 'MEASURE_NOT_ASKABLE'
  | 'RANGE_MISSING'
  | 'QUERY_TOO_LARGE'
  | 'CAPACITY_EXCEEDED'
  | 'SESSION_MISMATCH'
  | 'TRANSCRIPT_MISMATCH'
  | 'RESULT_REFUSED'

/**
 * A refused document. `place` is a JSON pointer into it; neither names a value, an identifier of
 * an enterprise or a literal of a query.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  readonly place: string | undefined

  constructor(code: ProtocolErrorCode, message: string, place?: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.place = place
  }

  /** The place as a problem document tells it to whoever sent the document. */
  get places(): readonly { in: string; pointer: string; rule: string }[] | undefined {
    if (this.place === undefined) return undefined
    return [{ in: 'document', pointer: this.place, rule: this.code }]
  }
}
