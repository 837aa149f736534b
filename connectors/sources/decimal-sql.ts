import { sql } from 'kysely'
import type { DecimalExpression } from '#connectors/mapping/expression'
import { anyOf, BLANKS, type RawColumn, type TextRow } from './row-scope.ts'
import { isScientific, unscientific } from './scientific-sql.ts'
import { type Dialect, type Sql, text, whole } from './sql.ts'

/** A whole number of a row: NULL where the cell is empty or unreadable. */
export interface DecimalRow {
  /** Of the dialect's wide type, or of 64 bits. */
  readonly value: Sql
  readonly empty: Sql
  /** Present but not exactly representable: no number, too many decimals, too many digits. */
  readonly bad: Sql
}

type Scaled = DecimalExpression & { readonly scale: number }

/** Digits of one row's number. Sums over 2^36 rows of a unit stay within 127 bits. */
const MAX_DIGITS = 27
/** Decimal digits that survive a trip through an 8-byte float unchanged. */
const FLOAT_DIGITS = 15

/** A column that the engine itself holds as exact numbers; undefined for all others. */
export function nativeDecimal(
  { ref, kind }: RawColumn,
  expression: Scaled,
  dialect: Dialect,
): DecimalRow | undefined {
  if (kind === 'integer') return integerSql(ref, expression, dialect)
  if (kind === 'numeric') return numericSql(ref, expression)
  return undefined
}

/**
 * Decimal text to a whole number, text · 10^scale, digit by digit: no float and no cast that
 * rounds. `1e3` is read where the mapping says that people write so.
 */
export function writtenDecimal(row: TextRow, expression: Scaled, dialect: Dialect): DecimalRow {
  const plain = plainDecimal(row, expression, dialect)
  if (!expression.scientific) return plain
  const { text: written } = row
  const moved = plainDecimal(
    { ...row, text: unscientific(written, expression, dialect) },
    expression,
    dialect,
  )
  const when = isScientific(written, expression, dialect)
  const either = (yes: Sql, no: Sql) => sql`(CASE WHEN ${when} THEN ${yes} ELSE ${no} END)`
  return {
    value: either(moved.value, plain.value),
    empty: plain.empty,
    bad: either(moved.bad, plain.bad),
  }
}

function plainDecimal(row: TextRow, expression: Scaled, dialect: Dialect): DecimalRow {
  const { scale, point } = expression
  const { text: written, bad, approximate } = row
  const digits = sql`translate(${written}, ${text(marksOf(expression))}, '')`
  const front = sql`split_part(${digits}, ${text(point)}, 1)`
  const behind = sql`split_part(${digits}, ${text(point)}, 2)`
  const kept = sql`rpad(left(${behind}, ${sql.lit(scale)}), ${sql.lit(scale)}, '0')`
  const all = scale === 0 ? front : sql`(${front} || ${kept})`
  const limit = approximate
    ? sql`CASE WHEN ${approximate} THEN ${sql.lit(FLOAT_DIGITS)} ELSE ${sql.lit(MAX_DIGITS)} END`
    : sql.lit(MAX_DIGITS)
  const good = sql`(${dialect.matches(written, patternOf(expression))}
    AND length(ltrim(${all}, '0')) <= ${limit})`
  const magnitude = dialect.parse(sql`('0' || ${all})`)
  const carry = carrySql(expression, all, sql`substr(${behind}, ${sql.lit(scale + 1)})`)
  const sign = sql`CASE WHEN translate(${written}, '(-', '') = ${written} THEN 1 ELSE -1 END`
  const quick = approximate ? [] : quickCases(written, expression, dialect)
  const cases = quick.map(({ when, value }) => sql`WHEN ${when} THEN ${value} `)
  const passes = quick.map(({ when }) => sql`WHEN ${when} THEN FALSE `)
  const unread = sql`(CASE WHEN ${written} IS NULL THEN FALSE ${sql.join(passes, sql``)}
    ELSE NOT ${good} END)`
  return {
    value: sql`(CASE ${sql.join(cases, sql``)}
      WHEN ${good} THEN (${sign}) * (${magnitude}${carry}) END)`,
    empty: sql`(${written} IS NULL)`,
    bad: anyOf([bad, unread]) ?? unread,
  }
}

// Most cells are plain digits, or have just the decimals that are asked for: the engine's own
// integer cast reads those exactly, several times as fast.
function quickCases(written: Sql, { scale, point }: Scaled, { matches, wide }: Dialect) {
  const ten = whole(10n ** BigInt(scale), wide)
  const digits = {
    when: matches(written, '-?[0-9]{1,15}'),
    value: sql`CAST(${written} AS bigint)::${wide} * ${ten}`,
  }
  if (scale === 0 || scale > 3) return [digits]
  const pointed = {
    when: matches(written, `-?[0-9]{1,15}[${point}][0-9]{${scale}}`),
    value: sql`CAST(replace(${written}, ${text(point)}, '') AS bigint)::${wide}`,
  }
  return [digits, pointed]
}

function integerSql(ref: Sql, { scale }: Scaled, { wide }: Dialect): DecimalRow {
  const empty = sql`(${ref} IS NULL)`
  if (scale === 0) return { value: sql`${ref}::bigint`, empty, bad: sql`FALSE` }
  const value = sql`(${ref}::${wide} * ${whole(10n ** BigInt(scale), wide)})`
  const bad = sql`COALESCE(abs(${value}) >= ${whole(10n ** BigInt(MAX_DIGITS), wide)}, FALSE)`
  return { value, empty, bad }
}

function numericSql(ref: Sql, { scale, rounding }: Scaled): DecimalRow {
  const scaled = sql`(${ref} * ${whole(10n ** BigInt(scale), sql`numeric`)})`
  const tie = sql`abs(${scaled} - trunc(${scaled})) = 0.5`
  const even = sql`CASE WHEN ${tie} THEN 2 * round(${scaled} / 2) ELSE round(${scaled}) END`
  const rounded = rounding === 'half-even' ? sql`(${even})` : sql`round(${scaled})`
  // A bad cell refuses by its own flag, so that its value need not be guarded here.
  const value = rounding === undefined ? sql`trunc(${scaled})` : rounded
  const inexact = rounding === undefined ? sql`${scaled} <> trunc(${scaled})` : sql`FALSE`
  // NaN is greater than every number here, so it is bad too.
  const large = sql`abs(${scaled}) >= ${whole(10n ** BigInt(MAX_DIGITS), sql`numeric`)}`
  const bad = sql`COALESCE(${inexact} OR ${large}, FALSE)`
  return { value, empty: sql`(${ref} IS NULL)`, bad }
}

// One more in the last place where the rest rounds up; nothing where the pattern allows no rest.
function carrySql({ rounding }: Scaled, all: Sql, rest: Sql): Sql {
  if (rounding === undefined) return sql``
  const half = sql`left(${rest}, 1) IN ('5', '6', '7', '8', '9')`
  const tie = sql`rtrim(${rest}, '0') = '5'`
  const odd = sql`right(${all}, 1) IN ('1', '3', '5', '7', '9')`
  const up = rounding === 'half-up' ? half : sql`${half} AND (NOT ${tie} OR ${odd})`
  return sql` + CASE WHEN ${up} THEN 1 ELSE 0 END`
}

/** Every mark that may stand beside the digits and the decimal point. */
function marksOf({ thousands = '', currency }: Scaled): string {
  return [...new Set(`+-()${thousands}${BLANKS}${currency.join('')}`)].join('')
}

/**
 * What counts as a number, in the regular expressions that both engines read alike. Thousands marks
 * only between groups of three, so that `1,23` is never read as 123.
 */
function patternOf({ scale, thousands, point, parentheses, currency, rounding }: Scaled): string {
  const dot = `[${point}]`
  const mark = thousands === ' ' ? ' \u00a0\u202f' : thousands
  const grouped = mark === undefined ? '' : `|[0-9]{1,3}(?:[${mark}][0-9]{3})+`
  const decimals = rounding === undefined ? `[0-9]{0,${scale}}0*` : '[0-9]*'
  const number = `(?:(?:[0-9]+${grouped})(?:${dot}${decimals})?|${dot}${leadDecimals(scale, rounding)})`
  const blank = `[${BLANKS}]*`
  const signs = currency.map((sign) => sign.replace(/\p{Sc}/gu, '[$&]'))
  const sign = signs.length === 0 ? '' : `(?:${signs.join('|')})?`
  const plain = `(?:[+-]?${blank}${sign}|${sign}${blank}[+-]?)${blank}${number}${blank}${sign}`
  const bracketed = `[(]${blank}${sign}${blank}${number}${blank}${sign}${blank}[)]`
  return `${blank}(?:${plain}${parentheses ? `|${bracketed}` : ''})${blank}`
}

// Decimals where no digit stands before the point: at least one.
function leadDecimals(scale: number, rounding: Scaled['rounding']): string {
  if (rounding !== undefined) return '[0-9]+'
  return scale === 0 ? '0+' : `[0-9]{1,${scale}}0*`
}
