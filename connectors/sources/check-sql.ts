import { sql } from 'kysely'
import { type BoundMapping, refusal } from '#connectors/mapping/bind-mapping'
import type { MappingProblem } from '#connectors/mapping/errors'
import { columnsOf } from '#connectors/mapping/expression'
import type { Digest } from '#crypto/digest'
import type { RelationFacts } from './relation.ts'
import { type Place, type RowField, type Rows, rowsOf } from './row-sql.ts'
import type { SourcePlace, SourceReport } from './source.ts'
import { DIALECTS, type Dialect, type Sql, type Statement, toStatement } from './sql.ts'

/** What reading all data against the mapping showed. */
export interface CheckOutcome {
  readonly rows: bigint
  readonly skipped: bigint
  readonly units: bigint
  readonly places: readonly SourcePlace[]
  readonly facts: RelationFacts
}

/** Asks the engine for one row of text; in the order of `statement`'s columns. */
type Ask = (statement: Statement) => Promise<readonly (readonly (string | null)[])[]>

/**
 * Reads all rows of all places against the mapping. Throws `MAPPING_REFUSED` with, for every field
 * and place, how many rows have an empty or an unusable cell that no rule speaks about.
 */
export async function checkRows(
  bound: BoundMapping,
  places: readonly Place[],
  dialect: Dialect['name'],
  ask: Ask,
): Promise<CheckOutcome> {
  const rows = rowsOf(bound, places, DIALECTS[dialect])
  const counts = (await ask(countStatement(rows))).map((row) => row.map((cell) => cell ?? '0'))
  const problems = counts.flatMap((row) => problemsIn(row, rows, places))
  if (problems.length > 0) throw refusal(problems)
  const [answer] = await ask(unitStatement(rows))
  const units = BigInt(answer?.[0] ?? '0')
  if (units > bound.maxUnits) throw refusal([tooMany(units, bound.maxUnits)])
  return outcomeOf(counts, rows, places, units)
}

/** The outcome as a report for people; what follows for the SQL stays inside. */
export function reportOf(
  dialect: SourceReport['dialect'],
  version: Digest,
  { rows, skipped, units, places }: CheckOutcome,
): SourceReport {
  return { dialect, version, rows, skipped, units, places }
}

const LIMIT_BITS = 62

// place, rows that count, rows skipped, then [empty, bad] of every field, then the widest of each.
function countStatement({ from, fields, skip }: Rows): Statement {
  const count = (flag: Sql) => sql`(count(*) FILTER (WHERE ${flag}))::text`
  const refused = fields.flatMap(({ empty, bad }) => {
    return [empty, bad].map((flag) => count(sql`${sql.ref(flag)} AND NOT ${skip}`))
  })
  const widest = numbersOf(fields).map(({ value }) => {
    return sql`(max(abs(${sql.ref(value)})) FILTER (WHERE NOT ${skip}))::text`
  })
  const columns = [count(sql`NOT ${skip}`), count(skip), ...refused, ...widest]
  return toStatement(sql`SELECT place::text, ${sql.join(columns)} FROM ${from} GROUP BY place`)
}

function unitStatement({ from, fields, skip }: Rows): Statement {
  const unit = sql.ref(fields[0]?.value ?? 'x0')
  return toStatement(sql`SELECT count(DISTINCT ${unit})::text FROM ${from} WHERE NOT ${skip}`)
}

function numbersOf(fields: readonly RowField[]): RowField[] {
  return fields.filter(({ bound }) => bound?.role === 'amount' || bound?.role === 'grid')
}

function problemsIn(
  row: readonly string[],
  { fields }: Rows,
  places: readonly Place[],
): MappingProblem[] {
  const file = places[Number(row[0])]?.name ?? ''
  return fields.flatMap((field, index) => {
    const [empty, bad] = [BigInt(row[3 + 2 * index] ?? '0'), BigInt(row[4 + 2 * index] ?? '0')]
    const problems: MappingProblem[] = []
    if (empty > 0n) problems.push(emptyCells(field, file, empty))
    if (bad > 0n) problems.push(unusable(field, file, bad))
    return problems
  })
}

function emptyCells(field: RowField, file: string, rows: bigint): MappingProblem {
  const text = `${placeOf(field, file)}: ${rows} rows are empty and the mapping has no \`null\` rule`
  return { code: 'EMPTY_CELLS', field: field.name, file, ...columnIn(field), rows, text }
}

function unusable(field: RowField, file: string, rows: bigint): MappingProblem {
  const isCode = field.bound?.role === 'dimension'
  const code = isCode ? 'CODE_OUTSIDE_DOMAIN' : 'VALUE_NOT_CONVERTIBLE'
  const reason = isCode
    ? 'hold a code outside the domain and the mapping has no `other` rule'
    : 'cannot be converted exactly'
  const text = `${placeOf(field, file)}: ${rows} rows ${reason}`
  return { code, field: field.name, file, ...columnIn(field), rows, text }
}

function placeOf(field: RowField, file: string): string {
  const { column } = columnIn(field)
  return `field \`${field.name}\`${column ? `, column \`${column}\`` : ''} in ${file}`
}

function columnIn({ bound }: RowField): { column?: string } {
  const columns = bound === undefined ? [] : columnsOf(bound.from)
  return columns.length === 0 ? {} : { column: [...new Set(columns)].join('`, `') }
}

function tooMany(units: bigint, maxUnits: bigint): MappingProblem {
  const text = `${units} units of analysis, the product allows ${maxUnits} at one holder`
  return { code: 'TOO_MANY_UNITS', field: 'unit', rows: units, text }
}

function outcomeOf(
  counts: readonly (readonly string[])[],
  { fields }: Rows,
  places: readonly Place[],
  units: bigint,
): CheckOutcome {
  const read = places.map(({ name }, index) => {
    const row = counts.find(([place]) => place === String(index))
    return { name, rows: BigInt(row?.[1] ?? '0'), skipped: BigInt(row?.[2] ?? '0') }
  })
  const rows = read.reduce((total, place) => total + place.rows, 0n)
  const skipped = read.reduce((total, place) => total + place.skipped, 0n)
  const first = 3 + 2 * fields.length
  const narrow = numbersOf(fields).filter((_, index) => {
    return counts.every((row) => BigInt(row[first + index] ?? '0') < 1n << BigInt(LIMIT_BITS))
  })
  const facts = { rowPerUnit: units === rows, narrow: new Set(narrow.map(({ name }) => name)) }
  return { rows, skipped, units, places: read, facts }
}
