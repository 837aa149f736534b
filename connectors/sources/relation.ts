import { sql } from 'kysely'
import type { BoundField, BoundMapping } from '#connectors/mapping/bind-mapping'
import type { AggregateQuestion } from '#protocol/plans/aggregate-question'
import { type Place, type Rows, rowsOf } from './row-sql.ts'
import { DIALECTS, type Dialect, joined, type Sql } from './sql.ts'

/**
 * The holder's rows as the product names them, skipped rows gone: a table in the engine, or a
 * subquery over the raw data.
 */
export interface Relation {
  readonly dialect: Dialect
  /** All of its rows. */
  readonly select: Sql
  /** Column of the unit of analysis. */
  readonly unit: string
  readonly fields: ReadonlyMap<string, RelationField>
  /** Column that is true where the mapping refuses the row; undefined where the check holds. */
  readonly refused: string | undefined
  /** Every row is a unit of its own, so that rows need not be added up per unit first. */
  readonly rowPerUnit: boolean
}

export interface RelationField {
  readonly bound: BoundField
  readonly column: string
  /** Amounts and grids: all values fit 64 bits. */
  readonly narrow: boolean
}

/** What the check found out about the data and the relation relies on. */
export interface RelationFacts {
  readonly rowPerUnit: boolean
  /** Names of the amounts and grids whose values fit 64 bits. */
  readonly narrow: ReadonlySet<string>
}

type Wanted = (field: BoundField) => boolean

const REFUSED = 'refused'

/**
 * A SELECT over the raw data. `wanted` leaves fields out that a question does not use; `watch` adds
 * a column that is true where the mapping refuses the row, for data that may change after the
 * check.
 */
export function relationOver(
  bound: BoundMapping,
  places: readonly Place[],
  dialect: Dialect['name'],
  facts: RelationFacts,
  options: { readonly wanted?: Wanted | undefined; readonly watch?: boolean } = {},
): Relation {
  const rows = rowsOf(bound, places, DIALECTS[dialect], options.wanted)
  const fields = fieldsOf(rows, facts)
  const unit = rows.fields[0]?.value ?? 'x0'
  const narrowed = [...fields.values()].map(({ column, narrow }) => {
    return narrow ? sql`${sql.ref(column)}::bigint AS ${sql.ref(column)}` : sql.ref(column)
  })
  const watched = options.watch ? [sql`${refusedOf(rows)} AS ${sql.ref(REFUSED)}`] : []
  const columns = sql.join([sql.ref(unit), ...narrowed, ...watched])
  return {
    dialect: DIALECTS[dialect],
    select: sql`SELECT ${columns} FROM ${rows.from} WHERE NOT ${rows.skip}`,
    unit,
    fields,
    refused: options.watch ? REFUSED : undefined,
    rowPerUnit: facts.rowPerUnit,
  }
}

/** The fields that a question uses. */
export function asksFor({ groupBy, where, amounts, flags }: AggregateQuestion): Wanted {
  const names = new Set([
    ...groupBy.map(({ dimension }) => dimension),
    ...[...where, ...amounts].map(({ column }) => column),
    ...flags,
  ])
  return ({ name }) => names.has(name)
}

/** The same relation once it was stored in the engine under `table`. */
export function storedAs(relation: Relation, table: string): Relation {
  return { ...relation, select: sql`SELECT * FROM ${sql.table(table)}` }
}

function fieldsOf(rows: Rows, { narrow }: RelationFacts): ReadonlyMap<string, RelationField> {
  return new Map(
    rows.fields.flatMap(({ name, bound, value }) => {
      if (bound === undefined) return []
      return [[name, { bound, column: value, narrow: narrow.has(name) }] as const]
    }),
  )
}

function refusedOf({ fields }: Rows): Sql {
  const reasons = fields.flatMap(({ empty, bad }) => [sql.ref(empty), sql.ref(bad)])
  return joined(reasons, sql` OR `, sql`FALSE`)
}
