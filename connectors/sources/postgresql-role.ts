import { sql } from 'kysely'
import { SourceError } from './errors.ts'
import type { Ask } from './postgresql-session.ts'
import { toStatement } from './sql.ts'

/**
 * Refuses with `SOURCE_ROLE` when the session's role could write: itself or by any role that it may
 * become. A read-only transaction is not enough, since whoever holds the password can open another.
 * What this does not see: functions of the database that write on their owner's behalf.
 */
export async function mustOnlyRead(ask: Ask): Promise<void> {
  const [found] = await ask(toStatement(sql`SELECT ${sql.join(Object.values(POWERS))}`))
  const powers = Object.keys(POWERS).filter((_, index) => found?.[index] !== 'false')
  if (powers.length === 0) return
  throw new SourceError('SOURCE_ROLE', `the database role can write: ${powers.join(', ')}`)
}

const ROLES = sql`SELECT r.* FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')`

const SCHEMAS = sql`SELECT n.* FROM pg_namespace n WHERE n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'`

const PREDEFINED = sql`'pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program',
  'pg_create_subscription', 'pg_maintain'`

const POWERS = {
  'is a superuser': exists(sql`${ROLES} AND r.rolsuper`),
  'creates databases': exists(sql`${ROLES} AND r.rolcreatedb`),
  'creates roles': exists(sql`${ROLES} AND r.rolcreaterole`),
  'replicates or bypasses row security': exists(
    sql`${ROLES} AND (r.rolreplication OR r.rolbypassrls)`,
  ),
  'is a member of a writing role': exists(sql`${ROLES} AND r.rolname IN (${PREDEFINED})`),
  'creates schemas': exists(
    sql`${ROLES} AND has_database_privilege(r.oid, current_database(), 'CREATE')`,
  ),
  'creates tables': exists(
    sql`SELECT 1 FROM (${SCHEMAS}) s, (${ROLES}) m WHERE has_schema_privilege(m.oid, s.oid, 'CREATE')`,
  ),
  'changes tables': exists(sql`SELECT 1 FROM pg_class c
    JOIN (${SCHEMAS}) s ON s.oid = c.relnamespace, (${ROLES}) m
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (has_table_privilege(m.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(m.oid, c.oid, 'INSERT, UPDATE'))`),
}

function exists(select: ReturnType<typeof sql>) {
  return sql`EXISTS (${select})::text`
}
