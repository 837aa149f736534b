import { sql } from 'kysely'
import type {
  DecimalExpression,
  FlagExpression,
  TextExpression,
} from '#connectors/mapping/expression'
import { type DecimalRow, nativeDecimal, writtenDecimal } from './decimal-sql.ts'
import { anyOf, BLANKS, type ColumnKind, type Scope, type TextRow } from './row-scope.ts'
import { type Dialect, joined, type Sql, text } from './sql.ts'

const YES = ['1', 'true', 'True', 'TRUE'].map((word) => sql.lit(word))
const NO = ['0', 'false', 'False', 'FALSE'].map((word) => sql.lit(word))
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
// 全角 to 半角: the ASCII characters in their wide forms, the ideographic space, the wide yen sign.
const WIDE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0xff01 + index)).join('')
const NARROW = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join('')

export function textSql(expression: TextExpression, scope: Scope): TextRow {
  if (expression.op === 'column') return columnSql(expression.name, scope)
  if (expression.op === 'constant') return exactly(sql`NULLIF(${text(expression.text)}, '')`)
  if (expression.op === 'concat') {
    const parts = expression.of.map((part) => textSql(part, scope))
    return combined(parts, joined(parts.map(textOf), sql` || `, sql`NULL`))
  }
  if (expression.op === 'coalesce') {
    const parts = expression.of.map((part) => textSql(part, scope))
    return combined(parts, sql`COALESCE(${sql.join(parts.map(textOf))})`)
  }
  if (expression.op === 'bands') return bandsSql(expression, scope)
  const inner = textSql(expression.of, scope)
  if (expression.op === 'map') return mapSql(expression, inner, scope)
  return { ...inner, text: cutSql(expression, inner.text) }
}

type Cut = Exclude<
  TextExpression,
  { op: 'column' | 'constant' | 'concat' | 'coalesce' | 'bands' | 'map' }
>

function cutSql(expression: Cut, of: Sql): Sql {
  if (expression.op === 'prefix') return sql`left(${of}, ${sql.lit(expression.length)})`
  if (expression.op === 'suffix') return sql`right(${of}, ${sql.lit(expression.length)})`
  if (expression.op === 'upper') return upper(of)
  if (expression.op === 'halfwidth') {
    return sql`translate(${of}, ${text(`${WIDE}\u3000\uffe5`)}, ${text(`${NARROW} ¥`)})`
  }
  if (expression.op === 'split') {
    const { separator, piece } = expression
    return sql`NULLIF(split_part(${of}, ${text(separator)}, ${sql.lit(piece)}), '')`
  }
  return sql`NULLIF(${trimmed(of)}, '')`
}

/** The whole number text · 10^scale. */
export function numberSql(expression: DecimalExpression, scope: Scope): DecimalRow {
  const scaled = { ...expression, scale: expression.scale ?? 0 }
  const { of } = expression
  const column =
    of.op === 'column' && scope.empties.length === 0 ? scope.column(of.name) : undefined
  const native = column && nativeDecimal(column, scaled, scope.dialect)
  return native ?? writtenDecimal(textSql(of, scope), scaled, scope.dialect)
}

/** NULL where empty. */
export function flagSql(expression: FlagExpression, scope: Scope): { value: Sql; bad?: Sql } {
  const native = nativeColumn(expression.of, scope)
  if (expression.op === 'truth' && native?.kind === 'boolean') return { value: native.ref }
  const { text: value, bad } = textSql(expression.of, scope)
  if (expression.op === 'equals') {
    return { value: sql`(${value} = ${text(expression.literal)})`, ...(bad && { bad }) }
  }
  const truth = sql`CASE WHEN ${value} IN (${sql.join(YES)}) THEN TRUE
    WHEN ${value} IN (${sql.join(NO)}) THEN FALSE END`
  const unread = sql`(${value} IS NOT NULL AND ${value} NOT IN (${sql.join([...YES, ...NO])}))`
  return { value: sql`(${truth})`, bad: bad ? sql`(${bad} OR ${unread})` : unread }
}

// A column that may be read in its own type: nothing in it stands for an empty cell.
function nativeColumn(expression: TextExpression, { column, empties }: Scope) {
  return expression.op === 'column' && empties.length === 0 ? column(expression.name) : undefined
}

function columnSql(name: string, { column, empties, dialect }: Scope): TextRow {
  const { ref, kind, approximate = kind === 'approximate' ? sql`TRUE` : undefined } = column(name)
  const raw = rawText(ref, kind, dialect)
  const isText = kind === 'text' || kind === 'opaque'
  const gaps = [...(isText ? [''] : []), ...empties].map(text)
  const isGap = sql`${trimmed(raw)} IN (${sql.join(gaps)})`
  const filled = gaps.length === 0 ? raw : sql`CASE WHEN ${isGap} THEN NULL ELSE ${raw} END`
  return { text: sql`(${filled})`, bad: undefined, approximate }
}

// Bytes decide what is equal, also where a column has a collation that thinks otherwise.
function rawText(ref: Sql, kind: ColumnKind, dialect: Dialect): Sql {
  const written = sql`${ref}::text`
  if (dialect.name === 'postgresql') {
    // A number that is written with an exponent has no more than the 15 digits of this cast.
    const plain = sql`CASE WHEN ${written} LIKE '%e%' THEN ${ref}::numeric::text ELSE ${written} END`
    return sql`(${kind === 'approximate' ? sql`(${plain})` : written} COLLATE "C")`
  }
  return kind === 'text' ? ref : sql`(${ref})::text`
}

function mapSql(
  { codes, otherwise }: Extract<TextExpression, { op: 'map' }>,
  inner: TextRow,
  scope: Scope,
): TextRow {
  const found = scope.lookup(inner.text, codes)
  const unknown = sql`(${inner.text} IS NOT NULL AND ${found} IS NULL)`
  if (otherwise === undefined) {
    return exactly(sql`NULLIF(${found}, '')`, anyOf([inner.bad, unknown]))
  }
  const value = sql`CASE WHEN ${unknown} THEN ${text(otherwise)} ELSE ${found} END`
  return exactly(sql`NULLIF(${value}, '')`, inner.bad)
}

function bandsSql({ of, bands }: Extract<TextExpression, { op: 'bands' }>, scope: Scope): TextRow {
  const number = numberSql(of, scope)
  const bound = (value: bigint) => sql`${String(value)}::${scope.dialect.wide}`
  const cases = bands
    .toReversed()
    .map((band) => sql`WHEN ${number.value} >= ${bound(band.bound)} THEN ${text(band.code)}`)
  const below = sql`COALESCE(${number.value} < ${bound(bands[0]?.bound ?? 0n)}, FALSE)`
  return exactly(sql`(CASE ${sql.join(cases, sql` `)} END)`, anyOf([number.bad, below]))
}

function exactly(value: Sql, bad?: Sql): TextRow {
  return { text: value, bad, approximate: undefined }
}

function combined(parts: readonly TextRow[], value: Sql): TextRow {
  return {
    text: value,
    bad: anyOf(parts.map(({ bad }) => bad)),
    approximate: anyOf(parts.map(({ approximate }) => approximate)),
  }
}

function trimmed(value: Sql): Sql {
  return sql`trim(${value}, ${text(BLANKS)})`
}

function textOf(row: TextRow): Sql {
  return row.text
}

// ASCII only: what `upper` does to other letters depends on an engine's locale.
function upper(value: Sql): Sql {
  return sql`translate(${value}, ${text(LOWER)}, ${text(LOWER.toUpperCase())})`
}
