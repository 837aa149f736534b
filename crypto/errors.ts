/**
 * Every refusal of the crypto folder. Public: listed in docs/errors.md, never renamed.
 * A message names ids, sizes and codes, never a value, a key or a literal.
 */
export type CryptoErrorCode =
  | 'BASE64URL_INVALID'
  | 'CANONICAL_FORM'
  | 'DIGEST_INVALID'
  | 'ENVELOPE_KEY'
  | 'ENVELOPE_MALFORMED'
  | 'ENVELOPE_OPEN'
  | 'HE_CELL_CLOSED'
  | 'HE_COEFFICIENTS'
  | 'HE_DEADLINE'
  | 'HE_ENGINE'
  | 'HE_OUT_OF_MEMORY'
  | 'HE_PARAMETERS'
  | 'HE_SUMMANDS'
  | 'HE_WIRE'
  | 'JWS_HEADER'
  | 'JWS_KEY'
  | 'JWS_MALFORMED'
  | 'JWS_NOT_CANONICAL'
  | 'JWS_SIGNATURE'
  | 'JWS_TOO_LARGE'
  | 'KEY_EXPIRED'
  | 'KEY_FILE_CHANGED'
  | 'KEY_FILE_EXISTS'
  | 'KEY_FILE_MISSING'
  | 'KEY_FILE_MODE'
  | 'KEY_FILE_UNREADABLE'
  | 'MASK_PEER_KEY'
  | 'MASK_ROSTER'
  | 'SECRET_DISPOSED'
  | 'SECRET_LENGTH'
  | 'SM2_KEY'
  | 'SUITE_UNKNOWN'

/** A cryptographic refusal or a broken invariant. `code` is stable, the message is for people. */
export class CryptoError extends Error {
  readonly code: CryptoErrorCode

  constructor(code: CryptoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CryptoError'
    this.code = code
  }
}
