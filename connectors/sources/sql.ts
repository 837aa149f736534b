import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'

/**
 * A piece of SQL. What is interpolated into the template is a piece itself, an identifier made by
 * `sql.id`, or becomes a bound value: no text from a mapping or a question ever turns into syntax.
 */
export type Sql = RawBuilder<unknown>

/** Values are text or lists of text; the statement casts them. */
export type BoundValue = string | readonly string[]

export interface Statement {
  readonly text: string
  readonly values: readonly BoundValue[]
}

/** A term of a sum of squares: the sum in the engine, times 2^shift. */
export interface SquareTerm {
  readonly sum: Sql
  readonly shift: bigint
}

/** All that differs between the engines. Everything else is one text for both. */
export interface Dialect {
  readonly name: 'duckdb' | 'postgresql'
  /** Integers beyond 64 bits. */
  readonly wide: Sql
  /** The pattern covers the whole text; both engines read the subset that we write alike. */
  matches(text: Sql, pattern: string): Sql
  /** Digits to a wide integer. */
  parse(digits: Sql): Sql
  /** Exact whatever the units number, up to 2^46, for values below 2^bits. */
  squares(value: Sql, bits: number): readonly SquareTerm[]
  /** The second largest of a group; `top` is the group's largest where `joinsTops` says so. */
  second(value: Sql, top: Sql): Sql
  /** Whether the largest values are found first and joined, as `second` needs them. */
  readonly joinsTops: boolean
}

const LIMB = 40n

const duckdb: Dialect = {
  name: 'duckdb',
  wide: sql`HUGEINT`,
  matches: (text, pattern) => sql`regexp_full_match(${text}, ${sql.lit(pattern)})`,
  parse: (digits) => sql`TRY_CAST(${digits} AS HUGEINT)`,
  squares(value, bits) {
    if (bits <= 31) return [{ sum: sql`sum(${value} * ${value})`, shift: 0n }]
    if (bits <= 40) return [{ sum: sql`sum(${value}::HUGEINT * ${value})`, shift: 0n }]
    const limb = sql`${String(1n << LIMB)}::HUGEINT`
    const high = sql`(abs(${value}::HUGEINT) // ${limb})`
    const low = sql`(abs(${value}::HUGEINT) % ${limb})`
    return [
      { sum: sql`sum(${high} * ${high})`, shift: 2n * LIMB },
      { sum: sql`sum(${high} * ${low})`, shift: LIMB + 1n },
      { sum: sql`sum(${low} * ${low})`, shift: 0n },
    ]
  },
  second: (value) => sql`list_extract(max(${value}, 2), 2)`,
  joinsTops: false,
}

const postgresql: Dialect = {
  name: 'postgresql',
  wide: sql`numeric`,
  matches: (text, pattern) => sql`(${text} ~ ${sql.lit(`^(?:${pattern})$`)})`,
  parse: (digits) => sql`CAST(${digits} AS numeric)`,
  squares(value, bits) {
    const square = bits <= 31 ? sql`${value} * ${value}` : sql`${value}::numeric * ${value}`
    return [{ sum: sql`sum(${square})`, shift: 0n }]
  },
  second: (value, top) => sql`
    CASE WHEN count(*) FILTER (WHERE ${value} = ${top}) > 1 THEN max(${top})
         ELSE max(${value}) FILTER (WHERE ${value} < ${top}) END`,
  joinsTops: true,
}

export const DIALECTS: Readonly<Record<Dialect['name'], Dialect>> = { duckdb, postgresql }

export const text = (value: string): Sql => sql`${value}::text`

export const whole = (value: bigint, type: Sql): Sql => sql`${String(value)}::${type}`

export const integers = (values: readonly number[]): Sql =>
  sql`${values.map(String)}::text[]::integer[]`

export const booleans = (values: readonly boolean[]): Sql =>
  sql`${values.map(String)}::text[]::boolean[]`

/** `fallback` where there is nothing to join. */
export function joined(pieces: readonly Sql[], separator: Sql, fallback: Sql): Sql {
  return pieces.length === 0 ? fallback : sql`(${sql.join(pieces, separator)})`
}

/** Both engines take `$1` and double-quoted identifiers, so one compiler serves both. */
export function toStatement(piece: Sql): Statement {
  const { sql: text, parameters } = piece.compile(compiler)
  return { text, values: parameters.map(checkedValue) }
}

const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

function checkedValue(value: unknown): BoundValue {
  if (typeof value === 'string') return value
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (!isList) throw new TypeError('a bound value is text or a list of text')
  return value
}
