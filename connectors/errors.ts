/** Why a holder did not do a task. Public: listed in docs/errors.md, never renamed. */
export type ConnectorErrorCode =
  | 'LEDGER_CONFLICT'
  | 'LEDGER_LIMIT'
  | 'SESSION_KEYS_LOST'
  | 'HOLDER_REFUSES'
  | 'PART_NOT_HELD'
  | 'DATASET_CHANGED'
  | 'SEED_REFUSED'
  | 'ROSTER_REFUSED'

/** A task that this holder does not do. The message stays at the holder; only the code leaves. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly code: ConnectorErrorCode

  constructor(code: ConnectorErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
