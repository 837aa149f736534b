import type { MigrationSet } from '#runtime/store/migration'
import { queriesMigration } from './migrations/0001-queries.ts'
import { disclosableMigration } from './migrations/0002-disclosable.ts'
import { policyIdsMigration } from './migrations/0003-policy-ids.ts'

/** The gateway's own steps; a step that was released is never edited. */
export const GATEWAY_MIGRATIONS: MigrationSet = {
  owner: 'gateway',
  migrations: [
    { id: '0001-queries', sql: queriesMigration },
    { id: '0002-disclosable', sql: disclosableMigration },
    { id: '0003-policy-ids', sql: policyIdsMigration },
  ],
}
