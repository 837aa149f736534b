import type { Product } from '#protocol/messages/product'
import type { Query } from '#protocol/messages/query'

/** The grouping of the benchmark: 20 sections × 13 districts × 5 sizes = 1,300 groups. */
export const DIMENSIONS = [
  { name: 'section', codes: codes(20, (index) => String.fromCharCode(65 + index)) },
  { name: 'district', codes: codes(13, (index) => String(370_102 + index)) },
  { name: 'size', codes: codes(5, (index) => `size-${index + 1}`) },
] as const

/** What nobody may ask about more than: the declared capacity of a holder's part. */
const MAX_UNITS = 1_000_000
const MAX_FEN = 100_000_000_000n

/** The question: how many enterprises, their mean tax, and the share in arrears, by group. */
export const QUERY: Query = {
  product: 'urn:baotu:product:benchmark',
  groupBy: DIMENSIONS.map(({ name }) => name),
  measures: [
    { function: 'count' },
    { function: 'mean', column: 'tax' },
    { function: 'ratio', column: 'arrears' },
  ],
  where: [],
}

/** A product whose one part is pooled over the holders. */
export function benchmarkProduct(roster: readonly string[]): Product {
  const column = { part: 'tax', level: 3 } as const
  return {
    product: QUERY.product,
    version: 1,
    title: title('benchmark'),
    collections: ['urn:baotu:collection:benchmark'],
    disjointUnits: true,
    dimensions: DIMENSIONS.map(({ name, codes }) => ({
      name,
      title: title(name),
      categories: codes.map((code) => ({ code, title: title(code) })),
    })),
    grids: [],
    columns: [
      {
        ...column,
        name: 'tax',
        title: title('tax'),
        kind: 'amount',
        unit: 'fen',
        range: ['0', `${MAX_FEN}`],
      },
      { ...column, name: 'arrears', title: title('arrears'), kind: 'flag' },
    ],
    parts: [{ name: 'tax', title: title('tax'), roster: [...roster], maxUnits: String(MAX_UNITS) }],
  }
}

/** DIDs of the benchmark's holders. */
export function rosterOf(holders: number): string[] {
  return Array.from({ length: holders }, (_, index) => `did:web:tax-${index + 1}.example`)
}

function codes(count: number, code: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => code(index))
}

function title(text: string) {
  return { zh: text, en: text }
}
