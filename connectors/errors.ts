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

/**
 * A task that this holder does not do. Only the code leaves; the message stays at the holder, and
 * so does `reason`, the code behind one that is the same for every reason, for its own log.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly code: ConnectorErrorCode
  readonly reason: string | undefined

  constructor(code: ConnectorErrorCode, message: string, reason?: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}
