import type { MigrationSet } from '#runtime/store/migration'
import { evidenceLogMigration } from './migrations/0001-evidence-log.ts'

/** The log's tables, for each party that keeps one. A released step is never edited. */
export const EVIDENCE_MIGRATIONS: MigrationSet = {
  owner: 'evidence',
  migrations: [{ id: '0001-evidence-log', sql: evidenceLogMigration }],
}
