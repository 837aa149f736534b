import type { PartSource } from '#connectors/desk'
import { digestOf } from '#crypto/digest'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'
import { summaryOf, total } from './cohort.ts'

/** One row of a test holder: its codes, numbers and flags by column name. */
export interface PlainRow {
  readonly unit: string
  readonly codes: Readonly<Record<string, string>>
  readonly numbers: Readonly<Record<string, bigint>>
}

/** A source over rows in memory, computed the slow and obvious way; the oracle of the tests. */
export function plainSource(rows: readonly PlainRow[]): PartSource & { rows: readonly PlainRow[] } {
  const source = {
    rows,
    version: async () => digestOf('test/rows', textOf(source.rows)),
    run: async (question: AggregateQuestion) => plainGroups(source.rows, question),
  }
  return source
}

/** The groups of a question over plain rows. */
export function plainGroups(rows: readonly PlainRow[], question: AggregateQuestion): GroupPart[] {
  const kept = rows.filter((row) => question.where.every((condition) => holds(row, condition)))
  const groups = new Map<number, PlainRow[]>()
  for (const row of kept) {
    const group = groupOf(row, question)
    groups.set(group, [...(groups.get(group) ?? []), row])
  }
  return [...groups].map(([group, members]) => partOf(group, members, question))
}

function partOf(group: number, rows: readonly PlainRow[], question: AggregateQuestion): GroupPart {
  const units = new Map<string, PlainRow[]>()
  for (const row of rows) units.set(row.unit, [...(units.get(row.unit) ?? []), row])
  const valuesOf = (column: string, lower: bigint, upper: bigint) =>
    [...units.values()].map((own) => {
      const sum = total(own.map(({ numbers }) => numbers[column] ?? 0n))
      return sum < lower ? lower : sum > upper ? upper : sum
    })
  return {
    group,
    units: BigInt(units.size),
    amounts: question.amounts.map(({ column, lower, upper }) => {
      const values = valuesOf(column, lower, upper)
      return { sum: total(values), ...summaryOf(values) }
    }),
    flags: question.flags.map((flag) => {
      const having = [...units.values()].filter((own) =>
        own.some((row) => row.numbers[flag] === 1n),
      )
      return BigInt(having.length)
    }),
  }
}

function holds({ codes, numbers }: PlainRow, condition: AggregateQuestion['where'][number]) {
  if (condition.operator === 'isAnyOf')
    return condition.codes.includes(codes[condition.column] ?? '')
  const value = numbers[condition.column] ?? 0n
  return condition.operator === 'gteq' ? value >= condition.cut : value < condition.cut
}

function groupOf({ codes }: PlainRow, { groupBy }: AggregateQuestion): number {
  return groupBy.reduce((index, { dimension, codes: domain }) => {
    return index * domain.length + domain.indexOf(codes[dimension] ?? '')
  }, 0)
}

function textOf(rows: readonly PlainRow[]) {
  return rows.map(({ unit, codes, numbers }) => ({
    unit,
    codes: { ...codes },
    numbers: Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, `${value}`])),
  }))
}
