import { sql } from 'kysely'
import { type BoundMapping, refusal } from '#connectors/mapping/bind-mapping'
import type { Digest } from '#crypto/digest'
import { rowProblems, tooManyUnits } from './check-problems.ts'
import { SourceError } from './errors.ts'
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
  const counts = (await ask(countStatement(rows, DIALECTS[dialect]))).map((row) =>
    row.map((cell) => cell ?? '0'),
  )
  for (const [index, place] of places.entries()) mustBeAll(place, countsOf(counts, index))
  const problems = counts.flatMap((row) => rowProblems(row, rows.fields, places))
  if (problems.length > 0) throw refusal(problems)
  const [answer] = await ask(unitStatement(rows))
  const units = BigInt(answer?.[0] ?? '0')
  if (units > bound.maxUnits) throw refusal([tooManyUnits(units, bound.maxUnits)])
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
function countStatement({ from, fields, skip }: Rows, { wide }: Dialect): Statement {
  const count = (flag: Sql) => sql`(count(*) FILTER (WHERE ${flag}))::text`
  const refused = fields.flatMap(({ empty, bad }) => {
    return [empty, bad].map((flag) => count(sql`${sql.ref(flag)} AND NOT ${skip}`))
  })
  const widest = numbersOf(fields).map(({ value }) => {
    return sql`(max(abs(${sql.ref(value)}::${wide})) FILTER (WHERE NOT ${skip}))::text`
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

// A place without rows is absent from the answer.
function countsOf(counts: readonly (readonly string[])[], index: number) {
  const row = counts.find(([place]) => place === String(index))
  return { rows: BigInt(row?.[1] ?? '0'), skipped: BigInt(row?.[2] ?? '0') }
}

function mustBeAll(
  { name, records }: Place,
  { rows, skipped }: { readonly rows: bigint; readonly skipped: bigint },
): void {
  if (records === undefined || rows + skipped === BigInt(records)) return
  const text = `${name}: ${records} records, of which the engine reads ${rows + skipped}`
  throw new SourceError('SOURCE_UNREADABLE', text)
}

function outcomeOf(
  counts: readonly (readonly string[])[],
  { fields }: Rows,
  places: readonly Place[],
  units: bigint,
): CheckOutcome {
  const read = places.map(({ name }, index) => {
    return { name, ...countsOf(counts, index) }
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
