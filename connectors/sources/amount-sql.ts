import { sql } from 'kysely'
import type { AggregateQuestion, AmountPart } from '#protocol/plans/aggregate-question'
import type { Dialect, Sql } from './sql.ts'

type Cell = (place: number) => bigint
type Amount = AggregateQuestion['amounts'][number]

/**
 * The columns of one amount over a group's units (`e.a<index>`, clamped, one row per unit), and how
 * to read them. What the range already decides is not asked: an amount that is never negative has
 * no negative part.
 */
export function amountColumns(
  { lower, upper, squares }: Amount,
  index: number,
  dialect: Dialect,
  add: (column: Sql) => number,
): (cell: Cell) => AmountPart {
  const x = sql`e.${sql.ref(`a${index}`)}`
  const [top, bottom] = [sql`t.${sql.ref(`p${index}`)}`, sql`t.${sql.ref(`n${index}`)}`]
  const sum = add(sql`sum(${x})`)
  const minimum = add(sql`min(${x})`)
  const maximum = add(sql`max(${x})`)
  const terms = squares
    ? dialect.squares(x, bitsOf(lower, upper)).map(({ sum, shift }) => ({ place: add(sum), shift }))
    : []
  const second = (value: Sql, largest: Sql) => {
    return add(sql`greatest(COALESCE(${dialect.second(value, largest)}, 0), 0)`)
  }
  const isMixed = lower < 0n && upper > 0n
  const gains = isMixed ? add(sql`sum(greatest(${x}, 0))`) : sum
  const secondGain = upper > 0n ? second(x, top) : undefined
  const secondLoss = lower < 0n ? second(sql`(-${x})`, bottom) : undefined
  return (cell) => {
    const total = upper > 0n ? cell(gains) : 0n
    const read = (place: number | undefined) => (place === undefined ? 0n : cell(place))
    return {
      sum: cell(sum),
      sumOfSquares: terms.reduce((all, { place, shift }) => all + (cell(place) << shift), 0n),
      minimum: cell(minimum),
      maximum: cell(maximum),
      positive: { total, first: atLeastZero(cell(maximum)), second: read(secondGain) },
      negative: {
        total: total - cell(sum),
        first: atLeastZero(-cell(minimum)),
        second: read(secondLoss),
      },
    }
  }
}

// Every value v of the range has |v| < 2^bits, or is its end of exactly 2^bits.
function bitsOf(lower: bigint, upper: bigint): number {
  const widest = upper > -lower ? upper : -lower
  return (widest > 0n ? widest - 1n : 0n).toString(2).length
}

function atLeastZero(value: bigint): bigint {
  return value > 0n ? value : 0n
}
