import { sql } from 'kysely'
import { type BoundMapping, refusal } from '#connectors/mapping/bind-mapping'
import type { PostgresqlSource } from '#connectors/mapping/mapping-schema'
import { columnProblems, columnsRead } from './columns.ts'
import { SourceError } from './errors.ts'
import type { Ask } from './postgresql-session.ts'
import type { ColumnKind } from './row-scope.ts'
import type { Place } from './row-sql.ts'
import { joined, type Statement, text, toStatement } from './sql.ts'

/** A relation of the database, found and fitted to the mapping. */
export interface FoundRelation {
  readonly place: Place
  /** An ordinary table: all that it shows depends on the snapshot alone. */
  readonly isPlainTable: boolean
}

/** Throws `SOURCE_MISSING`, or `MAPPING_REFUSED` for columns that do not fit. */
export async function findRelation(
  bound: BoundMapping,
  { relation }: PostgresqlSource,
  ask: Ask,
): Promise<FoundRelation> {
  const name = `${relation.schema}.${relation.name}`
  const [found] = await ask(lookUp(relation))
  const [oid, isPlain] = found ?? []
  if (!oid) throw new SourceError('SOURCE_MISSING', `no relation ${name} that the role may see`)
  const columns = await ask(listColumns(oid))
  const kinds = columns.map(([column, type, isEnum, mayRead]) => {
    return [column ?? '', mayRead === 'true' ? kindOf(type ?? '', isEnum) : undefined] as const
  })
  const declared = kinds.map(([name, kind]) => ({ name, isReadable: kind !== undefined }))
  const problems = columnProblems(bound, name, declared)
  if (problems.length > 0) throw refusal(problems)
  const raw = kinds.flatMap(([column, kind]) => {
    return kind === undefined ? [] : [[column, { ref: sql.id('r', column), kind }] as const]
  })
  const from = sql.id(relation.schema, relation.name)
  return { place: { name, from, columns: new Map(raw) }, isPlainTable: isPlain === 'true' }
}

/**
 * SHA-256 of the relation's content as far as the mapping reads it: of the sorted digests of its
 * rows, in 256 shelves so that no single value grows large. The order of rows, the server and the
 * locale do not count; a row more, less, twice or changed does.
 */
export function contentDigest(bound: BoundMapping, { place }: FoundRelation): Statement {
  const cells = [...columnsRead(bound)].sort().map((column) => {
    const cell = sql`(${sql.id('r', column)})::text`
    return sql`COALESCE(length(${cell}) || ':' || ${cell}, '-')`
  })
  const row = joined(cells, sql` || ',' || `, sql`''`)
  const digests = sql`SELECT sha256(convert_to(${row}, 'UTF8')) AS h FROM ${place.from} AS r OFFSET 0`
  const shelves = sql`SELECT get_byte(h, 0) AS shelf, sha256(string_agg(h, ''::bytea ORDER BY h)) AS d
    FROM (${digests}) AS rows GROUP BY 1`
  return toStatement(sql`
    SELECT encode(sha256(COALESCE(string_agg(d, ''::bytea ORDER BY shelf), ''::bytea)), 'hex')
    FROM (${shelves}) AS shelves`)
}

/**
 * Names the snapshot: equal names show the same rows of plain tables, since a snapshot is exactly
 * the set of transactions that it sees, and any change takes a new transaction number.
 */
export const SNAPSHOT: Statement = toStatement(sql`
  SELECT concat_ws(' ', pg_current_snapshot(), pg_postmaster_start_time(), current_database())`)

function lookUp({ schema, name }: PostgresqlSource['relation']): Statement {
  return toStatement(sql`
    SELECT c.oid::text, (c.relkind IN ('r', 'm') AND NOT c.relhassubclass
      AND NOT c.relrowsecurity)::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${text(schema)} AND c.relname = ${text(name)}
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_schema_privilege(n.oid, 'USAGE')`)
}

// A domain over a type is read as the type.
function listColumns(oid: string): Statement {
  return toStatement(sql`
    SELECT a.attname::text, COALESCE(b.typname, t.typname)::text, (t.typtype = 'e')::text,
      has_column_privilege(a.attrelid, a.attnum, 'SELECT')::text
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
    WHERE a.attrelid = ${text(oid)}::oid AND a.attnum > 0 AND NOT a.attisdropped`)
}

const KINDS = new Map<string, ColumnKind>([
  ...['int2', 'int4', 'int8'].map((type) => [type, 'integer'] as const),
  ...['text', 'varchar', 'bpchar', 'name', 'citext'].map((type) => [type, 'text'] as const),
  ...['date', 'time', 'timestamp', 'timestamptz', 'uuid'].map((type) => [type, 'opaque'] as const),
  ['bool', 'boolean'],
  ['numeric', 'numeric'],
  ['float8', 'approximate'],
])

// Undefined: nested, binary, 4-byte floats, and `money`, whose text depends on the server's locale.
function kindOf(type: string, isEnum: string | null | undefined): ColumnKind | undefined {
  return isEnum === 'true' ? 'opaque' : KINDS.get(type)
}
