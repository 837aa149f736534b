/** One step of a party's schema. Once released it is never edited: a later step changes things. */
export interface Migration {
  /** Four digits without a gap from 0001, and what it is for: `0001-ledger`. */
  readonly id: string
  /** PostgreSQL 15; several statements are one transaction together. */
  readonly sql: string
}

/** The steps of one owner. Several owners, such as a party and its task queue, share a database. */
export interface MigrationSet {
  readonly owner: string
  readonly migrations: readonly Migration[]
}
