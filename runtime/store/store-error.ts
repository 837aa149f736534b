/** Public: listed in docs/errors.md, never renamed. */
export type StoreErrorCode =
  | 'STORE_VERSION_UNSUPPORTED'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_UNKNOWN'
  | 'MIGRATION_ORDER'
  | 'TRANSACTION_CONFLICT'

/** The store refuses. Messages name versions and migrations, never rows. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
  }
}
