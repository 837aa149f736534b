import type { Product } from '#protocol/messages/product'
import type { AggregateQuestion, AmountPart, GroupPart } from '#protocol/plans/aggregate-question'
import { seededRandom } from '#test/support/fixtures'

/** A holder's row as the product means it; how it is written down is the engine's business. */
export interface MeantRow {
  readonly key: string
  /** The holding group, or empty. */
  readonly group: string
  readonly section: string
  readonly district: string
  readonly heads: bigint
  readonly tax: bigint
  /** Of either sign, to 27 digits. */
  readonly balance: bigint
  readonly arrears: boolean
}

const title = (text: string) => ({ zh: text, en: text })
const named = (name: string) => ({ name, title: title(name) })
const categories = (codes: readonly string[]) => codes.map((code) => ({ code, title: title(code) }))

const SECTIONS = ['A', 'C', 'F', 'other']
const DISTRICTS = ['370102', '370103', '370104']
const AMOUNT = { part: 'tax', kind: 'amount', unit: 'fen', level: 3 } as const

export const contractProduct: Product = {
  product: 'urn:baotu:product:contract',
  version: 1,
  title: title('contract'),
  collections: [],
  disjointUnits: true,
  dimensions: [
    { ...named('section'), categories: categories(SECTIONS) },
    { ...named('district'), categories: categories(DISTRICTS) },
  ],
  grids: [{ ...named('heads'), cuts: ['0', '10', '50'] }],
  columns: [
    { ...named('tax'), ...AMOUNT, range: ['0', '100000000000'] },
    { ...named('balance'), ...AMOUNT, range: [`-${10n ** 24n}`, String(10n ** 24n)] },
    { ...named('arrears'), part: 'tax', kind: 'flag', level: 3 },
  ],
  parts: [{ ...named('tax'), roster: ['did:web:tax.example'], maxUnits: '100000' }],
}

/** Repeatable rows: units with several rows, holding groups, both signs, values beyond 2^64. */
export function meantRows(count: number): readonly MeantRow[] {
  const random = seededRandom('source contract')
  const below = (limit: number) => {
    return new DataView(random(4).buffer).getUint32(0) % limit
  }
  return Array.from({ length: count }, () => {
    const key = `91370100${below(count / 2)}`
    const scale = 10n ** BigInt(below(21))
    return {
      key,
      group: below(5) === 0 ? `G${below(7)}` : '',
      section: SECTIONS[below(4)] ?? 'A',
      district: DISTRICTS[below(3)] ?? '370102',
      heads: BigInt(below(60)),
      tax: BigInt(below(4_000_000_000)) * 40n,
      balance: (BigInt(below(2_000_001)) - 1_000_000n) * scale,
      arrears: below(4) === 0,
    }
  })
}

const tax = { column: 'tax', lower: 0n, upper: 100_000_000_000n, squares: true }
const balance = { column: 'balance', lower: -(10n ** 24n), upper: 10n ** 24n, squares: true }
const bySection = { dimension: 'section', codes: SECTIONS }
const byDistrict = { dimension: 'district', codes: DISTRICTS }
const blank = { part: 'tax', groupBy: [], where: [], amounts: [], flags: [] }

/** Questions that between them use every piece of the generated SQL. */
export const questions: Readonly<Record<string, AggregateQuestion>> = {
  'count of all': blank,
  'all groups, all columns': {
    ...blank,
    groupBy: [bySection, byDistrict],
    amounts: [tax, balance],
    flags: ['arrears'],
  },
  'codes in another order, some not asked': {
    ...blank,
    groupBy: [byDistrict, { dimension: 'section', codes: ['other', 'A'] }],
    amounts: [tax],
  },
  'filtered by codes and cuts': {
    ...blank,
    groupBy: [bySection],
    where: [
      { column: 'district', operator: 'isAnyOf', codes: ['370104', '370102'] },
      { column: 'heads', operator: 'gteq', cut: 10n },
      { column: 'heads', operator: 'lt', cut: 50n },
    ],
    amounts: [balance],
    flags: ['arrears'],
  },
  'clamped on both sides': {
    ...blank,
    groupBy: [byDistrict],
    amounts: [
      { column: 'balance', lower: -5_000_000n, upper: 7_000_000n, squares: true },
      { column: 'balance', lower: -9n, upper: -2n, squares: true },
      { column: 'tax', lower: 1n << 41n, upper: 1n << 45n, squares: true },
    ],
  },
  'nothing left': {
    ...blank,
    groupBy: [bySection],
    where: [{ column: 'heads', operator: 'lt', cut: 0n }],
    amounts: [tax],
  },
}

/** The same answer by hand: plain BigInt over rows in memory, nothing shared with the engines. */
export function reference(rows: readonly MeantRow[], question: AggregateQuestion): GroupPart[] {
  const groups = new Map<number, Map<string, MeantRow[]>>()
  for (const row of rows.filter((row) => matches(row, question))) {
    const group = groupOf(row, question)
    if (group === undefined) continue
    const units = groups.get(group) ?? new Map<string, MeantRow[]>()
    groups.set(group, units)
    const unit = row.group || row.key
    units.set(unit, [...(units.get(unit) ?? []), row])
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, units]) => partOf(group, [...units.values()], question))
}

function matches(row: MeantRow, { where }: AggregateQuestion): boolean {
  return where.every((condition) => {
    if (condition.operator === 'isAnyOf') {
      const code = condition.column === 'section' ? row.section : row.district
      return condition.codes.includes(code)
    }
    return condition.operator === 'lt' ? row.heads < condition.cut : row.heads >= condition.cut
  })
}

function groupOf(row: MeantRow, { groupBy }: AggregateQuestion): number | undefined {
  let index = 0
  for (const { dimension, codes } of groupBy) {
    const place = codes.indexOf(dimension === 'section' ? row.section : row.district)
    if (place < 0) return undefined
    index = index * codes.length + place
  }
  return index
}

function partOf(group: number, units: MeantRow[][], question: AggregateQuestion): GroupPart {
  return {
    group,
    units: BigInt(units.length),
    amounts: question.amounts.map((amount) => amountOf(units, amount)),
    flags: question.flags.map(() => {
      return BigInt(units.filter((rows) => rows.some(({ arrears }) => arrears)).length)
    }),
  }
}

function amountOf(units: MeantRow[][], amount: AggregateQuestion['amounts'][number]): AmountPart {
  const values = units.map((rows) => {
    const total = rows.reduce((sum, row) => {
      return sum + (amount.column === 'tax' ? row.tax : row.balance)
    }, 0n)
    if (total > amount.upper) return amount.upper
    if (total < amount.lower) return amount.lower
    return total
  })
  const ascending = values.toSorted((a, b) => (a < b ? -1 : 1))
  return {
    sum: total(values),
    sumOfSquares: total(values.map((value) => value * value)),
    minimum: ascending[0] ?? 0n,
    maximum: ascending.at(-1) ?? 0n,
    positive: largestOf(values),
    negative: largestOf(values.map((value) => -value)),
  }
}

function largestOf(values: readonly bigint[]) {
  const positive = values.map((value) => (value > 0n ? value : 0n))
  const [first = 0n, second = 0n] = positive.toSorted((a, b) => (a < b ? 1 : -1))
  return { total: total(positive), first, second }
}

function total(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n)
}
