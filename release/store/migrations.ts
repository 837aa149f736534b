import type { MigrationSet } from '#runtime/store/migration'
import { sessionsMigration } from './migrations/0001-sessions.ts'

/** The release authority's own tables. A released step is never edited. */
export const RELEASE_MIGRATIONS: MigrationSet = {
  owner: 'release',
  migrations: [{ id: '0001-sessions', sql: sessionsMigration }],
}
