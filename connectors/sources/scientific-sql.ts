import { sql } from 'kysely'
import type { DecimalExpression } from '#connectors/mapping/expression'
import { BLANKS } from './row-scope.ts'
import { type Dialect, type Sql, text } from './sql.ts'

type Marks = Pick<DecimalExpression, 'point'>

/** True for text such as `1.5e3`: plain digits and an exponent of one or two digits. */
export function isScientific(written: Sql, { point }: Marks, { matches }: Dialect): Sql {
  const number = `(?:[0-9]+(?:[${point}][0-9]*)?|[${point}][0-9]+)`
  return matches(written, `[${BLANKS}]*[+-]?${number}[eE][+-]?[0-9]{1,2}[${BLANKS}]*`)
}

/** The same number without its exponent: the point moved, digit for digit. */
export function unscientific(written: Sql, { point }: Marks, { parse }: Dialect): Sql {
  const tidy = sql`translate(${written}, ${text(`E+${BLANKS}`)}, 'e')`
  const mantissa = sql`split_part(${tidy}, 'e', 1)`
  const sign = sql`CASE WHEN left(${mantissa}, 1) = '-' THEN '-' ELSE '' END`
  const front = sql`ltrim(split_part(${mantissa}, ${text(point)}, 1), '-')`
  const digits = sql`(${front} || split_part(${mantissa}, ${text(point)}, 2))`
  // Cut, since an engine may evaluate this also for cells that are no such number.
  const exponent = parse(sql`left(split_part(${tidy}, 'e', 2), 3)`)
  const at = sql`(length(${front}) + ${exponent})::integer`
  return sql`(${sign} || CASE
    WHEN ${at} <= 0 THEN '0' || ${text(point)} || repeat('0', -${at}) || ${digits}
    WHEN ${at} >= length(${digits}) THEN ${digits} || repeat('0', (${at} - length(${digits}))::integer)
    ELSE left(${digits}, ${at}) || ${text(point)} || substr(${digits}, ${at} + 1) END)`
}
