import { evidenceLogMigration } from './0001-evidence-log.ts'
import { witnessesMigration } from './0002-witnesses.ts'
import { openingsMigration } from './0003-openings.ts'
import { referencesMigration } from './0004-references.ts'

/** The schema of a party's evidence, to be migrated beside the party's own. */
export const EVIDENCE_MIGRATIONS = {
  owner: 'evidence',
  migrations: [
    { id: '0001-evidence-log', sql: evidenceLogMigration },
    { id: '0002-witnesses', sql: witnessesMigration },
    { id: '0003-openings', sql: openingsMigration },
    { id: '0004-references', sql: referencesMigration },
  ],
} as const
