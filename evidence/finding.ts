/** What a verifier found wrong. Public API: listed in docs/errors.md, never renamed. */
export type FindingCode =
  | 'CHECKPOINT_REFUSED'
  | 'CHECKPOINT_MISMATCH'
  | 'QUORUM_NOT_MET'
  | 'HISTORY_SPLIT'
  | 'FILE_MISSING'
  | 'FILE_ALTERED'
  | 'FILE_UNEXPECTED'
  | 'TILE_ALTERED'
  | 'ENTRY_ALTERED'
  | 'ENTRY_MISSING'
  | 'ENTRY_ADDED'
  | 'ENTRY_MOVED'
  | 'ENTRY_MALFORMED'
  | 'RECEIPT_REFUSED'
  | 'LINK_MISSING'
  | 'LINK_NOT_IN_FORCE'
  | 'LINK_DISAGREES'
  | 'ANCHOR_DISAGREES'
  | 'SUBMISSION_DIFFERS'
  | 'REPLAY_DIFFERS'
  | 'OPENING_REFUSED'

/** One defect with its place. Where it concerns a record, `index` is its sequence number. */
export interface Finding {
  readonly code: FindingCode
  /** The log's origin; absent where the defect is of the folder as a whole. */
  readonly log?: string
  readonly index?: number
  /** The file, relative to the folder. */
  readonly file?: string
  /** Ids, sizes and codes only. */
  readonly detail: string
}
