import { writeFile } from 'node:fs/promises'
import t from 'tap'
import type { Source } from '#connectors/sources/source'
import type { Product } from '#protocol/messages/product'
import type { TapTest } from '#test/support/tap-test'
import { openIn } from './opening.ts'
import { databaseWithReader } from './reader.ts'

// Every expression, on both engines, against the result that a person would expect. A field `c0`,
// `c1`, … per case; all cases read the same few rows.

type Row = readonly [id: string, a: string, b: string]
type Open = (rows: readonly Row[], fields: object, product: Product) => Promise<Source>

const NASTY = `'); DROP TABLE "data"; --`
const A = { column: 'A "odd", 名' }
const B = { column: "b'; --" }

const title = { zh: 'x', en: 'x' }

function engines(t: TapTest): Readonly<Record<string, Open>> {
  const folder = t.testdir()
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
  return {
    DuckDB: async (rows, fields, product) => {
      const lines = [['id', A.column, B.column], ...rows].map((row) => row.map(cell).join(','))
      await writeFile(`${folder}/rows.csv`, lines.join('\n'))
      const files = [{ path: 'rows.csv', format: 'csv' }]
      return await openIn(folder, mapping({ kind: 'files', files }, fields), product)
    },
    PostgreSQL: async (rows, fields, product) => {
      const { owner, grant, readerUrl } = await databaseWithReader(t, folder)
      const [a, b] = [A, B].map(({ column }) => `"${column.replaceAll('"', '""')}"`)
      await owner.query(`CREATE TABLE "data" (id text, ${a} text, ${b} text)`)
      await owner.query(
        'INSERT INTO "data" SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
        [0, 1, 2].map((column) => rows.map((row) => row[column])),
      )
      await grant('"data"')
      const source = {
        kind: 'postgresql',
        database: { url: readerUrl },
        relation: { schema: 'public', name: 'data' },
      }
      return await openIn(folder, mapping(source, fields), product)
    },
  }
}

const mapping = (source: object, fields: object) => ({
  part: 'p',
  source: { ...source, empties: ['N/A'] },
  unit: { key: { column: 'id' } },
  fields,
})

function productWith(parts: Partial<Product>): Product {
  return {
    product: 'urn:baotu:product:expressions',
    version: 1,
    title,
    collections: [],
    disjointUnits: true,
    dimensions: [],
    grids: [],
    columns: [],
    parts: [{ name: 'p', title, roster: ['did:web:p.example'], maxUnits: '1000' }],
    ...parts,
  }
}

const question = { part: 'p', groupBy: [], where: [], amounts: [], flags: [] }
const limits = { deadlineMs: 30_000 }

const rows: readonly Row[] = [
  ['1', ' Ab ', '31'],
  ['2', 'abé', '32'],
  ['3', '', '9'],
  ['4', 'N/A', '10'],
  ['5', NASTY, '49'],
  ['6', '\t\u3000', '03/04/2020'],
  ['7', ' N/A ', '６２０，Ａ（￥）'],
]

// The code that each of the rows gets; `none` is what an empty cell becomes.
const texts: readonly (readonly [name: string, from: object, codes: readonly string[]])[] = [
  ['column', { column: 'id' }, ['1', '2', '3', '4', '5', '6', '7']],
  ['constant', { constant: 'x' }, ['x', 'x', 'x', 'x', 'x', 'x', 'x']],
  ['trim', { trim: A }, ['Ab', 'abé', 'none', 'none', NASTY, 'none', 'none']],
  [
    'upper',
    { upper: { trim: A } },
    ['AB', 'ABé', 'none', 'none', NASTY.toUpperCase(), 'none', 'none'],
  ],
  ['prefix', { prefix: [{ trim: A }, 2] }, ['Ab', 'ab', 'none', 'none', "')", 'none', 'none']],
  ['suffix', { suffix: [B, 4] }, ['31', '32', '9', '10', '49', '2020', 'Ａ（￥）']],
  ['split', { split: [B, '/', 3] }, ['none', 'none', 'none', 'none', 'none', '2020', 'none']],
  ['halfwidth', { halfwidth: B }, ['31', '32', '9', '10', '49', '03/04/2020', '620,A(¥)']],
  [
    'concat',
    { concat: [B, { constant: '-' }, { trim: A }] },
    ['31-Ab', '32-abé', 'none', 'none', `49-${NASTY}`, 'none', 'none'],
  ],
  [
    'coalesce',
    { coalesce: [{ trim: A }, B] },
    ['Ab', 'abé', '9', '10', NASTY, '03/04/2020', '６２０，Ａ（￥）'],
  ],
  [
    'map',
    { map: [B, { 31: '31-33', 32: '31-33', 9: '9', 10: '' }, 'rest'] },
    ['31-33', '31-33', '9', 'none', 'rest', 'rest', 'rest'],
  ],
  [
    'map of hostile text',
    { map: [{ trim: A }, { [NASTY]: 'found' }, 'rest'] },
    ['rest', 'rest', 'none', 'none', 'found', 'none', 'none'],
  ],
  [
    'bands',
    {
      bands: [
        { column: 'id' },
        [
          [0, 'micro'],
          [3, 'small'],
          ['5', 'large'],
        ],
      ],
    },
    ['micro', 'micro', 'small', 'small', 'large', 'large', 'large'],
  ],
]

t.test('text expressions', async (t) => {
  const dimensions = texts.map(([, , codes], index) => ({
    name: `c${index}`,
    title,
    categories: [...new Set([...codes, 'none'])].map((code) => ({ code, title })),
  }))
  const fields = texts.map(([, from], index) => [`c${index}`, { from, null: 'category:none' }])
  for (const [engine, open] of Object.entries(engines(t))) {
    await using source = await open(rows, Object.fromEntries(fields), productWith({ dimensions }))
    for (const [index, [name, , codes]] of texts.entries()) {
      const domain = dimensions[index]?.categories.map(({ code }) => code) ?? []
      const groupBy = [{ dimension: `c${index}`, codes: domain }]
      const groups = await source.run({ ...question, groupBy }, limits)
      const counts = groups.map(({ group, units }) => [domain[group], Number(units)])
      t.strictSame(Object.fromEntries(counts), tally(codes), `${engine}: ${name}`)
    }
  }
})

function tally(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

const signs = ['¥', 'CNY', '元', 'US$', '%']
const accounting = { thousands: ',', parentheses: true, currency: signs }

type Decimal = readonly [options: object, cells: Readonly<Record<string, bigint | 'refused'>>]

// What each cell is in fen, or that it refuses; 2 decimals unless said otherwise.
const decimals: Readonly<Record<string, Decimal>> = {
  plain: [
    {},
    {
      '0': 0n,
      '1234.56': 123456n,
      '-1234.5': -123450n,
      '+7.': 700n,
      '.5': 50n,
      '-.05': -5n,
      '1.5000': 150n,
      '\u00a0 12\t': 1200n,
      '9007199254740993.01': 900719925474099301n,
      '1234567890123456789012.34': 123456789012345678901234n,
      '0000000000000000000000000000000000012': 1200n,
      '12345678901234567890123456.78': 'refused',
      '0.001': 'refused',
      '1,234': 'refused',
      '1e3': 'refused',
      '0x10': 'refused',
      '１２': 'refused',
      '(5)': 'refused',
      '1.2.3': 'refused',
      '--1': 'refused',
      '-': 'refused',
      '.': 'refused',
      NaN: 'refused',
      Infinity: 'refused',
      [NASTY]: 'refused',
    },
  ],
  accounting: [
    accounting,
    {
      '1,234,567.89': 123456789n,
      '1234.5': 123450n,
      '(1,234.50)': -123450n,
      '( ¥ 0.05 )': -5n,
      '¥-12.00': -1200n,
      '-¥12.00': -1200n,
      'CNY 3': 300n,
      'US$4,000.01': 400001n,
      '3.20元': 320n,
      '12.5 %': 1250n,
      '%': 'refused',
      '1,23': 'refused',
      '12,34.00': 'refused',
      '1,234,56': 'refused',
      ',234': 'refused',
      '(-5)': 'refused',
      '(5': 'refused',
      '-5-': 'refused',
      'USD 3': 'refused',
      US3: 'refused',
    },
  ],
  'half-up': [
    { rounding: 'half-up' },
    { '0.005': 1n, '-0.005': -1n, '0.0049999': 0n, '2.675': 268n, '1.999': 200n, '.0050': 1n },
  ],
  'half-even': [
    { rounding: 'half-even' },
    { '0.005': 0n, '0.015': 2n, '-0.025': -2n, '0.0150001': 2n, '0.0250001': 3n, '99.995': 10000n },
  ],
  'comma as point': [
    { point: ',', thousands: '.' },
    { '1.234,56': 123456n, '12,5': 1250n, '1234': 123400n, '1.23': 'refused', '1.5,0': 'refused' },
  ],
  'exponents, and blanks as thousands marks': [
    { point: ',', thousands: ' ', scientific: true, rounding: 'half-up' },
    {
      '1 234,5': 123450n,
      '1\u00a0234,5': 123450n,
      '1\u202f234\u202f567': 123456700n,
      '1,5e3': 150000n,
      '-2,5E+02': -25000n,
      '1e-05': 0n,
      '5e-3': 1n,
      ',125e1': 125n,
      '9007199254740993e2': 90071992547409930000n,
      '1e25': 'refused',
      '1e': 'refused',
      e5: 'refused',
      '1e100': 'refused',
      '1,5,1e3': 'refused',
    },
  ],
  'no decimals': [
    { scale: 0 },
    { '12.00': 12n, '12': 12n, '.0': 0n, '12.5': 'refused', '12.05': 'refused' },
  ],
}

t.test('decimals', async (t) => {
  const wide = { part: 'p', kind: 'amount', level: 1, range: [`-${10n ** 24n}`, `${10n ** 24n}`] }
  for (const [name, [options, cells]] of Object.entries(decimals)) {
    const good = Object.entries(cells).filter(([, value]) => value !== 'refused')
    const bad = Object.keys(cells).filter((cell) => cells[cell] === 'refused')
    const categories = [...good, ...bad].map((_, index) => ({ code: String(index), title }))
    const product = productWith({
      dimensions: [{ name: 'row', title, categories }],
      columns: [{ name: 'money', title, ...wide } as Product['columns'][number]],
    })
    const fields = {
      row: { from: { column: 'id' } },
      money: { from: { decimal: A, scale: 2, ...options } },
    }
    for (const [engine, open] of Object.entries(engines(t))) {
      await using source = await open(
        good.map(([cell], index) => [String(index), cell, '']),
        fields,
        product,
      )
      const groupBy = [{ dimension: 'row', codes: categories.map(({ code }) => code) }]
      const amounts = [{ column: 'money', lower: -(10n ** 24n), upper: 10n ** 24n }]
      const asked = amounts.map((amount) => ({ ...amount, squares: false }))
      const groups = await source.run({ ...question, groupBy, amounts: asked }, limits)
      const read = groups.map(({ group, amounts }) => [good[group]?.[0], amounts[0]?.sum])
      t.strictSame(Object.fromEntries(read), Object.fromEntries(good), `${engine}: ${name}`)
      if (bad.length === 0) continue
      await using refusing = await open(
        bad.map((cell, index) => [String(index), cell, '']),
        fields,
        product,
      )
      const problem = { code: 'VALUE_NOT_CONVERTIBLE', field: 'money', rows: BigInt(bad.length) }
      await t.rejects(refusing.check(), { code: 'MAPPING_REFUSED', problems: [problem] })
    }
  }
})

t.test('flags', async (t) => {
  const fields = {
    truth: { from: { map: [B, { 31: 'TRUE', 32: '0' }, 'false'] } },
    equal: { from: { equals: [{ upper: { trim: A } }, 'AB'] }, null: 'zero' },
  }
  const flag = { title, part: 'p', kind: 'flag', level: 1 } as const
  const columns = [
    { name: 'truth', ...flag },
    { name: 'equal', ...flag },
  ]
  for (const [engine, open] of Object.entries(engines(t))) {
    await using source = await open(rows, fields, productWith({ columns }))
    const [all] = await source.run({ ...question, flags: ['truth', 'equal'] }, limits)
    t.strictSame(all?.flags, [1n, 1n], engine)
  }
})
