import { sql } from 'kysely'
import type {
  BoundDimension,
  BoundField,
  BoundMapping,
  RowRule,
} from '#connectors/mapping/bind-mapping'
import { columnsOf } from '#connectors/mapping/expression'
import { flagSql, numberSql, textSql } from './expression-sql.ts'
import { anyOf, type RawColumn, type Scope } from './row-scope.ts'
import { type Dialect, joined, type Sql } from './sql.ts'

/** One file or relation whose rows are read alike. */
export interface Place {
  readonly name: string
  /** What stands behind FROM. */
  readonly from: Sql
  /** By the exact name of the column; the mapping names no other (checked before). */
  readonly columns: ReadonlyMap<string, RawColumn>
  /** How many rows the engine must find, where that was counted before. */
  readonly records?: number
}

/** Names of the columns that one field becomes: its value, why it refuses, what it skips. */
export interface RowField {
  /** The field of the product, or `unit`. */
  readonly name: string
  readonly bound: BoundField | undefined
  /** Of the holder's data, for messages. */
  readonly columns: readonly string[]
  readonly value: string
  readonly empty: string
  readonly bad: string
  readonly skip: string
}

/**
 * Rows of all places with a value, two reasons to refuse and one to skip for every field:
 * `place, x0, e0, b0, s0, x1, …`. Field 0 is the unit of analysis.
 */
export interface Rows {
  readonly from: Sql
  readonly fields: readonly RowField[]
  /** True where some field's rule leaves the row out. */
  readonly skip: Sql
}

/** `wanted` leaves out fields that a question does not use and that skip no rows. */
export function rowsOf(
  bound: BoundMapping,
  places: readonly Place[],
  dialect: Dialect,
  wanted: (field: BoundField) => boolean = () => true,
): Rows {
  const fields = [undefined, ...bound.fields.filter((field) => wanted(field) || skips(field))]
  const named = fields.map((field, index) => rowField(bound, field, index))
  const selects = places.map((place, index) => placeSql(bound, place, index, named, dialect))
  const skip = named.map(({ skip }) => sql.ref(skip))
  return {
    from: sql`(${sql.join(selects, sql` UNION ALL `)}) AS rows`,
    fields: named,
    skip: joined(skip, sql` OR `, sql`FALSE`),
  }
}

interface Cell {
  readonly value: Sql
  readonly empty: Sql
  readonly bad: Sql
  readonly skip: Sql
}

const NEVER = sql`FALSE`

function rowField(bound: BoundMapping, field: BoundField | undefined, index: number): RowField {
  const { key, group } = bound
  const read = field === undefined ? [key, ...(group ? [group] : [])] : [field.from]
  return {
    name: field?.name ?? 'unit',
    bound: field,
    columns: [...new Set(read.flatMap(columnsOf))],
    value: `x${index}`,
    empty: `e${index}`,
    bad: `b${index}`,
    skip: `s${index}`,
  }
}

function skips(field: BoundField): boolean {
  const other = field.role === 'dimension' ? field.other : 'refuse'
  return field.empty === 'skip-row' || other === 'skip-row'
}

function placeSql(
  bound: BoundMapping,
  place: Place,
  index: number,
  fields: readonly RowField[],
  dialect: Dialect,
): Sql {
  const joins: Sql[] = []
  const scope = scopeOf(place, dialect, bound.mapping.source.empties ?? [], joins)
  const columns = fields.flatMap(({ bound: field, value, empty, bad, skip }) => {
    const cell = field === undefined ? unitCell(bound, scope) : fieldCell(field, scope)
    return [
      sql`${cell.value} AS ${sql.ref(value)}`,
      sql`${cell.empty} AS ${sql.ref(empty)}`,
      sql`${cell.bad} AS ${sql.ref(bad)}`,
      sql`${cell.skip} AS ${sql.ref(skip)}`,
    ]
  })
  return sql`SELECT ${sql.lit(index)} AS place, ${sql.join(columns)}
    FROM ${place.from} AS r ${sql.join(joins, sql` `)}`
}

function scopeOf(
  { name: place, columns }: Place,
  dialect: Dialect,
  empties: readonly string[],
  joins: Sql[],
): Scope {
  return {
    dialect,
    empties,
    column(name) {
      const column = columns.get(name)
      if (column === undefined) throw new Error(`INVARIANT: columns of ${place} are checked`)
      return column
    },
    lookup(key, codes) {
      const alias = `l${joins.length}`
      const [from, to] = [[...codes.keys()], [...codes.values()]]
      joins.push(sql`LEFT JOIN
        (SELECT unnest(${from}::text[]) AS k, unnest(${to}::text[]) AS v) AS ${sql.ref(alias)}
        ON ${sql.id(alias, 'k')} = ${key}`)
      return sql.id(alias, 'v')
    },
  }
}

function unitCell({ key, group, emptyUnit }: BoundMapping, scope: Scope): Cell {
  const own = textSql(key, scope)
  const holding = group && textSql(group, scope)
  const value = holding ? sql`COALESCE(${holding.text}, ${own.text})` : own.text
  const unread = anyOf([own.bad, holding?.bad]) ?? NEVER
  return cellOf(value, sql`(${value} IS NULL AND NOT ${unread})`, unread, emptyUnit)
}

function fieldCell(field: BoundField, scope: Scope): Cell {
  if (field.role === 'dimension') return dimensionCell(field, scope)
  if (field.role === 'flag') {
    const { value, bad = NEVER } = flagSql(field.from, scope)
    const empty = sql`(${value} IS NULL AND NOT ${bad})`
    const filled = field.empty === 'zero' ? sql`COALESCE(${value}, FALSE)` : value
    return cellOf(filled, empty, bad, field.empty)
  }
  const { value, empty, bad } = numberSql(field.from, scope)
  const zero = sql`0::${scope.dialect.wide}`
  const filled =
    field.empty === 'zero' ? sql`CASE WHEN ${empty} THEN ${zero} ELSE ${value} END` : value
  return cellOf(filled, empty, bad, field.empty)
}

function dimensionCell(field: BoundDimension, scope: Scope): Cell {
  const { text: code, bad = NEVER } = textSql(field.from, scope)
  const indexes = new Map(field.codes.map((known, index) => [known, String(index)]))
  const found = scope.lookup(code, indexes)
  const empty = sql`(${code} IS NULL AND NOT ${bad})`
  const other = sql`(${bad} OR (${code} IS NOT NULL AND ${found} IS NULL))`
  const value = sql`CASE WHEN ${empty} THEN ${indexOf(field.empty)}
    WHEN ${other} THEN ${indexOf(field.other)} ELSE ${found}::integer END`
  const skip = anyOf([
    field.empty === 'skip-row' ? empty : undefined,
    field.other === 'skip-row' ? other : undefined,
  ])
  return {
    value,
    empty: field.empty === 'refuse' ? empty : NEVER,
    bad: field.other === 'refuse' ? other : NEVER,
    skip: skip ?? NEVER,
  }
}

function indexOf(rule: BoundDimension['empty']): Sql {
  return typeof rule === 'string' ? sql`NULL::integer` : sql`${sql.lit(rule.index)}`
}

function cellOf(value: Sql, empty: Sql, bad: Sql, rule: RowRule | 'zero'): Cell {
  return {
    value,
    empty: rule === 'refuse' ? empty : NEVER,
    bad,
    skip: rule === 'skip-row' ? empty : NEVER,
  }
}
