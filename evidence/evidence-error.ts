/** What can go wrong with evidence. Public API: listed in docs/errors.md, never renamed. */
export type EvidenceErrorCode =
  | 'ENTRY_REFUSED'
  | 'NOT_IN_TRANSACTION'
  | 'LOG_UNAVAILABLE'
  | 'LOG_FORKED'
  | 'LOG_HEAD_MOVED'
  | 'WITNESS_UNAVAILABLE'
  | 'VIEW_SPLIT'
  | 'ANCHOR_UNAVAILABLE'
  | 'RECEIPT_NOT_FOUND'
  | 'RECEIPT_REFUSED'
  | 'NOTE_MALFORMED'
  | 'NOTE_REFUSED'
  | 'NOTE_KEY_MALFORMED'
  | 'TILE_MALFORMED'
  | 'TRUST_POLICY_MALFORMED'

/** Messages name ids, sizes, places and codes, never a value. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
  readonly code: EvidenceErrorCode

  constructor(code: EvidenceErrorCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options)
    this.code = code
  }
}
