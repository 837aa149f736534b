/** Why an authority does not start or sign. Public: listed in docs/errors.md, never renamed. */
export type AuthorityErrorCode =
  | 'PARTICIPANT_DUPLICATE'
  | 'PARTICIPANT_MISSING'
  | 'PRODUCT_DUPLICATE'
  | 'PRODUCT_REFUSED'
  | 'AUTHORITY_KEYS_DIFFER'
  | 'DIRECTORY_STATE_UNREADABLE'

/** A refusal of the authority. Messages name participants' DIDs, products, columns and codes. */
export class AuthorityError extends Error {
  override readonly name = 'AuthorityError'
  readonly code: AuthorityErrorCode

  constructor(code: AuthorityErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
  }
}
