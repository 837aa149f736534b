import type { MigrationSet } from '#runtime/store/migration'
import { evidenceLogMigration } from './migrations/0001-evidence-log.ts'
import { witnessesMigration } from './migrations/0002-witnesses.ts'
import { openingsMigration } from './migrations/0003-openings.ts'
import { referencesMigration } from './migrations/0004-references.ts'
import { splitsMigration } from './migrations/0005-splits.ts'
import { batchesMigration } from './migrations/0006-batches.ts'
import { anchorsMigration } from './migrations/0007-anchors.ts'

/** The schema of a party's evidence, to be migrated beside the party's own. */
export const EVIDENCE_MIGRATIONS: MigrationSet = {
  owner: 'evidence',
  migrations: [
    { id: '0001-evidence-log', sql: evidenceLogMigration },
    { id: '0002-witnesses', sql: witnessesMigration },
    { id: '0003-openings', sql: openingsMigration },
    { id: '0004-references', sql: referencesMigration },
    { id: '0005-splits', sql: splitsMigration },
    { id: '0006-batches', sql: batchesMigration },
    { id: '0007-anchors', sql: anchorsMigration },
  ],
}
