import type { MigrationSet } from '#runtime/store/migration'
import { ledgerMigration } from './migrations/0001-ledger.ts'
import { offersMigration } from './migrations/0002-offers.ts'
import { policiesMigration } from './migrations/0003-policies.ts'

/** The holder's own tables. A released step is never edited. */
export const LEDGER_MIGRATIONS: MigrationSet = {
  owner: 'connector',
  migrations: [
    { id: '0001-ledger', sql: ledgerMigration },
    { id: '0002-offers', sql: offersMigration },
    { id: '0003-policies', sql: policiesMigration },
  ],
}
