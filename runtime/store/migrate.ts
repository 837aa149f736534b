import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { faultPoint } from '../fault-point.ts'
import type { Migration, MigrationSet } from './migration.ts'
import { StoreError } from './store-error.ts'

/**
 * Applies the steps that a database lacks, each with its record in one transaction, one process at
 * a time. A step that was applied and reads otherwise now, or that this program does not know,
 * refuses: then the database is not the one that the program was written for.
 *
 * @throws StoreError MIGRATION_EDITED, MIGRATION_UNKNOWN, MIGRATION_ORDER
 */
export async function migrate<DB>(db: Kysely<DB>, set: MigrationSet): Promise<void> {
  refuseDisorder(set)
  while (await db.transaction().execute((tx) => applyNext(tx, set))) {
    faultPoint('migration-applied')
  }
}

/** SHA-256 of the step's text, which its record keeps. */
export function checksumOf({ sql }: Migration): string {
  return `sha256-${createHash('sha256').update(sql).digest('hex')}`
}

interface Applied {
  readonly id: string
  readonly checksum: string
}

async function applyNext<DB>(tx: Transaction<DB>, set: MigrationSet): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('baotu migrate'))`.execute(tx)
  const applied = await appliedIn(tx, set.owner)
  applied.forEach((record, index) => {
    refuseDifference(record, set.migrations[index])
  })
  const next = set.migrations[applied.length]
  if (!next) return false
  await sql`set local statement_timeout = 0`.execute(tx)
  await sql.raw(next.sql).execute(tx)
  await sql`insert into baotu_migration (owner, id, checksum)
    values (${set.owner}, ${next.id}, ${checksumOf(next)})`.execute(tx)
  return true
}

async function appliedIn<DB>(tx: Transaction<DB>, owner: string): Promise<Applied[]> {
  await sql`create table if not exists baotu_migration (
    owner text not null,
    id text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (owner, id)
  )`.execute(tx)
  const { rows } = await sql<Applied>`select id, checksum from baotu_migration
    where owner = ${owner} order by id`.execute(tx)
  return rows
}

function refuseDifference(applied: Applied, known: Migration | undefined): void {
  if (known?.id !== applied.id) {
    throw new StoreError(
      'MIGRATION_UNKNOWN',
      `the database has ${applied.id}, this program has not`,
    )
  }
  if (checksumOf(known) !== applied.checksum) {
    throw new StoreError('MIGRATION_EDITED', `${applied.id} was edited after it was applied`)
  }
}

function refuseDisorder({ owner, migrations }: MigrationSet): void {
  for (const [index, { id }] of migrations.entries()) {
    const number = String(index + 1).padStart(4, '0')
    if (/^\d{4}-[a-z0-9-]+$/.test(id) && id.startsWith(`${number}-`)) continue
    throw new StoreError('MIGRATION_ORDER', `${owner} ${id} should be number ${number}`)
  }
}
