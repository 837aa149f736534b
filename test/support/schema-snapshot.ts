import { type Kysely, sql } from 'kysely'

/**
 * A database's schema as text, the same on every PostgreSQL that we run on: what a snapshot file
 * beside a test holds, so that a change of a table shows in the review of a change.
 */
export async function schemaSnapshot<DB>(db: Kysely<DB>, schema = 'public'): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    with tables as (
      select c.oid, c.relname from pg_class c
      where c.relnamespace = ${schema}::regnamespace and c.relkind in ('r', 'p')
        and c.relname <> 'baotu_migration'
    ), lines as (
      select relname, 1 as part, a.attnum::int as place,
        format('  %s %s%s%s', attname, format_type(atttypid, atttypmod),
          case when attnotnull then ' not null' else '' end,
          coalesce(' default ' || pg_get_expr(adbin, adrelid), '')) as line
      from tables join pg_attribute a on attrelid = oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      union all
      select relname, 2, 0, format('  %s %s', conname, pg_get_constraintdef(k.oid))
      from tables t join pg_constraint k on conrelid = t.oid and contype <> 'n'
      union all
      select relname, 3, 0, format('  %s', pg_get_indexdef(indexrelid))
      from tables t join pg_index on indrelid = t.oid and not indisprimary
      union all
      select relname, 4, 0, format('  %s', pg_get_triggerdef(g.oid))
      from tables t join pg_trigger g on tgrelid = t.oid and not tgisinternal
      union all
      select relname, 0, 0, relname from tables
      union all
      select proname, 5, 0, format('%s(%s) %s', proname, pg_get_function_arguments(p.oid),
        coalesce(pg_get_function_result(p.oid), ''))
      from pg_proc p where pronamespace = ${schema}::regnamespace
    )
    select line from lines order by relname, part, place, line`.execute(db)
  return `${rows.map(({ line }) => line).join('\n')}\n`
}
