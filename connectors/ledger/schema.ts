import type { Generated } from 'kysely'

/**
 * The holder's ledger, one row a session: `reserved` when the holder answered the invitation (a
 * budget is spent from here on, whatever happens), `submitted` when its one submission is stored
 * (its cohorts count as released), `void` when the release authority signed so.
 */
export interface LedgerSessionTable {
  space_id: string
  /** Digest of the invitation. */
  invitation: string
  sid: string
  request: string
  contract: string
  consumer: string
  consumer_group: string | null
  state: 'reserved' | 'submitted' | 'void'
  advert: string
  transcript: string | null
  submission: string | null
  void: string | null
  reserved_at: Date
  created_at: Generated<Date>
}

/** What a session spends of one counter of the policies; `window_ms` null: for ever. */
export interface LedgerReservationTable {
  space_id: string
  invitation: string
  counter: string
  amount: bigint
  window_ms: bigint | null
  reserved_at: Date
}

/** What was asked of which version of which part: the cohorts of a session. */
export interface LedgerCohortTable {
  space_id: string
  invitation: string
  part: string
  product: string
  dataset: string
  /** The question without its measures: which units in which groups (differencing). */
  cohorts: string
  columns: string[]
}

/** Why this holder vetoed a group. Stays here: on the wire every refusal looks the same. */
export interface LedgerVetoTable {
  space_id: string
  invitation: string
  part: string
  group_index: number
  rule: string
}

/** The ciphertexts of a submission, stored before they are sent. */
export interface LedgerCiphertextTable {
  space_id: string
  invitation: string
  digest: string
  position: number
  bytes: Uint8Array
}

/**
 * Every version of the data that this holder ever offered as a part of a product, and whether it
 * does now. `product` and `dataset` are digests, as the log names them.
 */
export interface LedgerOfferTable {
  space_id: string
  product: string
  part: string
  dataset: string
  is_offered: boolean
}

export interface LedgerDatabase {
  ledger_session: LedgerSessionTable
  ledger_reservation: LedgerReservationTable
  ledger_cohort: LedgerCohortTable
  ledger_veto: LedgerVetoTable
  ledger_ciphertext: LedgerCiphertextTable
  ledger_offer: LedgerOfferTable
}
