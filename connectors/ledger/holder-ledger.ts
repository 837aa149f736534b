import type { Transaction } from 'kysely'
import type { LedgerDatabase } from './schema.ts'

/** What a holder spends when it answers an invitation. */
export interface Reservation {
  readonly invitation: string
  readonly sid: string
  readonly request: string
  readonly contract: string
  readonly consumer: string
  readonly consumerGroup: string | null
  readonly advert: string
  readonly at: number
  readonly cohorts: readonly CohortEntry[]
  readonly spends: readonly Spending[]
}

/** What a session spends of one counter of the policies that permitted it. */
export interface Spending {
  readonly counter: string
  readonly amount: number
  /** The total that must not be passed within the window. */
  readonly limit: number
  /** Undefined: for ever. */
  readonly windowMs: number | undefined
}

/** One part's cohorts, for the differencing rules: units are named by what selects them. */
export interface CohortEntry {
  readonly part: string
  readonly product: string
  readonly dataset: string
  readonly cohorts: string
  readonly columns: readonly string[]
}

/** A holder's one submission for one transcript, byte for byte. */
export interface StoredSubmission {
  readonly transcript: string
  readonly submission: string
  readonly ciphertexts: readonly Uint8Array[]
}

/** What the ledger knows of a session. */
export interface LedgerEntry {
  readonly state: 'reserved' | 'submitted' | 'void'
  readonly sid: string
  readonly advert: string
  readonly transcript: string | null
}

/** Why a group was vetoed, for the holder's own eyes. */
export interface Veto {
  readonly part: string
  readonly group: number
  readonly rule: string
}

/** The transaction that a business step and its evidence share. */
export type LedgerTransaction = Transaction<LedgerDatabase>

/**
 * The holder's own record of what left it (each holder alone knows its cohorts). Submitted is
 * released, unless the release authority's void names the same transcript; a budget reserved is
 * not given back; one byte-identical submission per session.
 */
export interface HolderLedger {
  find(invitation: string): Promise<LedgerEntry | undefined>
  /**
   * Answers what each counter that it spends has come to. Throws `LEDGER_CONFLICT` where the
   * invitation is known already and `LEDGER_LIMIT` where a counter would pass its limit; in a
   * serialisable transaction exactly one of two racers wins.
   */
  reserve(
    tx: LedgerTransaction,
    reservation: Reservation,
  ): Promise<Readonly<Record<string, number>>>
  /** Stores before anything is sent. Throws `LEDGER_CONFLICT` unless the session is `reserved`. */
  submit(
    tx: LedgerTransaction,
    invitation: string,
    stored: StoredSubmission,
    vetoes: readonly Veto[],
  ): Promise<void>
  submission(invitation: string): Promise<StoredSubmission | undefined>
  /**
   * Marks void a session that stands as it was read: not void yet, submitted to `transcript` or to
   * none. Throws `LEDGER_CONFLICT` otherwise, so that no void is noted of what it does not name.
   */
  markVoid(
    tx: LedgerTransaction,
    invitation: string,
    noted: { readonly transcript: string | null; readonly jws: string },
  ): Promise<void>
  /** The holder's own reasons: rule by part and group. */
  vetoes(invitation: string): Promise<readonly Veto[]>
  /** What every counter has spent in its own window up to `at`, void sessions included: no refund. */
  spent(at: number): Promise<Readonly<Record<string, number>>>
  transaction<T>(work: (tx: LedgerTransaction) => Promise<T>): Promise<T>
}
