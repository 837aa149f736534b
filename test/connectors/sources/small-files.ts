import { writeFile } from 'node:fs/promises'
import type { Product } from '#protocol/messages/product'
import type { TapTest } from '#test/support/tap-test'
import { openIn } from './opening.ts'

export const title = { zh: 'x', en: 'x' }

export const product: Product = {
  product: 'urn:baotu:product:files',
  version: 1,
  title,
  collections: [],
  disjointUnits: true,
  dimensions: [
    { name: 'sector', title, categories: ['A', 'B', 'none'].map((code) => ({ code, title })) },
  ],
  grids: [],
  columns: [
    { name: 'tax', title, part: 'p', kind: 'amount', unit: 'fen', range: ['0', '1000'], level: 1 },
  ],
  parts: [{ name: 'p', title, roster: ['did:web:p.example'], maxUnits: '4' }],
}

export const sector = { from: { column: 'sector' } }
export const tax = { from: { column: 'tax' } }

export type Entry = Readonly<Record<string, unknown>>
export type Changes = {
  fields?: object
  unit?: object
  engine?: object
  empties?: readonly string[]
}

export const csv: Entry = { path: 'rows.csv', format: 'csv' }

export const mapping = (
  files: readonly Entry[],
  { fields, unit, engine = {}, empties }: Changes = {},
) => ({
  part: 'p',
  source: { kind: 'files', files, engine: { threads: 1, ...engine }, ...(empties && { empties }) },
  unit: { key: { column: 'id' }, ...unit },
  fields: { sector, tax, ...fields },
})

export const everything = {
  part: 'p',
  groupBy: [{ dimension: 'sector', codes: ['A', 'B', 'none'] }],
  where: [],
  amounts: [{ column: 'tax', lower: 0n, upper: 1000n, squares: false }],
  flags: [],
}
export const limits = { deadlineMs: 30_000 }

/** [sector, units, sum] of every group of the files, with nothing left open behind. */
export async function answer(
  t: TapTest,
  files: Readonly<Record<string, string | Uint8Array>>,
  document: object,
) {
  const folder = t.testdir()
  for (const [name, content] of Object.entries(files)) await writeFile(`${folder}/${name}`, content)
  await using source = await openIn(folder, document, product)
  const groups = await source.run(everything, limits)
  return groups.map(({ group, units, amounts }) => {
    return [['A', 'B', 'none'][group], Number(units), Number(amounts[0]?.sum)]
  })
}

export const one = (text: string | Uint8Array) => ({ 'rows.csv': text })
export const expected = [
  ['A', 1, 7],
  ['B', 1, 9],
]
