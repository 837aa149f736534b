import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import t from 'tap'
import { bindMapping } from '#connectors/mapping/bind-mapping'
import { MappingSchema } from '#connectors/mapping/mapping-schema'
import { decimalShift } from '#connectors/mapping/measure-units'
import { mappingDigest } from '#connectors/mapping/read-mapping'
import { contractProduct } from '#test/contract/source-rows'
import { mappingOf } from './opening.ts'
import { csvMapping, tableMapping } from './written-rows.ts'

const good = csvMapping('rows.csv', {})
const table = tableMapping({ env: 'DATABASE_URL' })

const withField = (name: string, rule: object) => ({
  ...good,
  fields: { ...good.fields, [name]: rule },
})
const bind = (document: object) => bindMapping(mappingOf(document), contractProduct)

t.test('the published shape is the schema, and an outside validator agrees with it', async (t) => {
  const path = new URL(import.meta.resolve('#connectors/mapping/mapping-schema'))
  const published = JSON.parse(await readFile(new URL('mapping.schema.json', path), 'utf8'))
  t.strictSame(published, JSON.parse(JSON.stringify(MappingSchema)))
  const check = new Ajv({ strict: false }).compile(published)
  t.ok(check(good))
  t.ok(check(table))
  t.notOk(check({ ...good, sql: 'SELECT 1' }))
  t.notOk(check(withField('tax', { from: { sql: 'SELECT 1' } })))
})

t.test('a good mapping binds every field in the order of the product', async (t) => {
  const { fields } = bind(good)
  t.strictSame(
    fields.map(({ name, role }) => [name, role]),
    [
      ['section', 'dimension'],
      ['district', 'dimension'],
      ['heads', 'grid'],
      ['tax', 'amount'],
      ['balance', 'amount'],
      ['arrears', 'flag'],
    ],
  )
  t.match(fields[3], { from: { scale: 2, thousands: ',' } }, 'yuan to fen is two decimals')
})

t.test('files that are no mapping are refused with their place', async (t) => {
  const place = (message: RegExp) => ({ code: 'CONFIG_INVALID', message })
  t.throws(
    () => mappingOf({ ...good, unitt: 1 }),
    place(/unknown key `unitt`, did you mean `unit`/),
  )
  t.throws(() => mappingOf(withField('tax', { form: 1 })), place(/\/fields\/tax/))
  t.throws(() => mappingOf({ ...table, source: { ...table.source, url: 'x' } }), place(/url/))
  const invalid = { code: 'MAPPING_INVALID' }
  const file = (entry: object) => ({ ...good, source: { ...good.source, files: [entry] } })
  for (const entry of [
    { format: 'csv' },
    { format: 'csv', path: 'a', glob: 'b' },
    { format: 'json', path: 'a', delimiter: ';' },
    { format: 'parquet', path: 'a', encoding: 'gbk' },
    { format: 'csv', path: 'a', delimiter: '"' },
  ]) {
    t.throws(() => mappingOf(file(entry)), invalid, JSON.stringify(entry))
  }
})

t.test('expressions take one operator, and only where it gives what the field is', async (t) => {
  const column = { column: 'x' }
  for (const from of [
    { ...column, constant: 'y' },
    { ...column, scale: 2 },
    { scale: 2 },
    { prefix: [{ decimal: column }, 2] },
    { equals: [column, 'x'] },
    { map: [column, {}] },
    {
      bands: [
        column,
        [
          [10, 'a'],
          [10, 'b'],
        ],
      ],
    },
    {
      bands: [
        column,
        [
          [10, 'a'],
          [5, 'b'],
        ],
      ],
    },
  ]) {
    const wanted = { code: 'MAPPING_INVALID', problems: [{ field: 'section' }] }
    t.throws(() => bind(withField('section', { from })), wanted, JSON.stringify(from))
  }
  const marks = { decimal: column, thousands: ',', point: ',' }
  t.throws(() => bind(withField('tax', { from: marks })), { code: 'MAPPING_INVALID' })
})

t.test('what does not fit the product is told at once', async (t) => {
  const column = { column: 'x' }
  const wrong = {
    ...good,
    fields: {
      sectoin: { from: column },
      district: { from: column, null: 'category:370109', unit: 'fen' },
      heads: { from: column, other: 'skip-row' },
      tax: { from: { decimal: column, scale: 3 }, unit: 'yuan' },
      balance: { from: column, unit: 'dollar' },
      arrears: { from: column, null: 'category:A' },
    },
  }
  t.throws(() => bind(wrong), {
    code: 'MAPPING_REFUSED',
    problems: [
      { code: 'FIELD_UNKNOWN', field: 'sectoin', text: /did you mean `section`/ },
      { code: 'FIELD_UNMAPPED', field: 'section' },
      { code: 'RULE_NOT_APPLICABLE', field: 'district' },
      { code: 'CODE_UNKNOWN', field: 'district', text: /370109/ },
      { code: 'RULE_NOT_APPLICABLE', field: 'heads' },
      { code: 'UNIT_UNKNOWN', field: 'tax', text: /takes `scale` 2/ },
      { code: 'UNIT_UNKNOWN', field: 'balance' },
      { code: 'CODE_UNKNOWN', field: 'arrears' },
    ],
  })
  const other = mappingOf({ ...good, part: 'txa' })
  const unknown = { problems: [{ code: 'PART_UNKNOWN', text: /did you mean `tax`/ }] }
  t.throws(() => bindMapping(other, contractProduct), { code: 'MAPPING_REFUSED', ...unknown })
  const columns = contractProduct.columns.map(({ range: _, ...rest }) => rest)
  t.throws(() => bindMapping(mappingOf(good), { ...contractProduct, columns }), {
    code: 'MAPPING_REFUSED',
    problems: [{ code: 'RANGE_MISSING', field: 'tax' }, { code: 'RANGE_MISSING' }],
  })
})

t.test('the digest is the meaning: not places, secrets or speed', async (t) => {
  const digest = (document: object) => mappingDigest(mappingOf(document))
  t.equal(digest(csvMapping('elsewhere.csv', { threads: 7 })), digest(good))
  t.equal(digest(tableMapping({ file: 'x' })), digest(table))
  t.not(digest({ ...good, source: { ...good.source, empties: ['-'] } }), digest(good))
  t.not(digest(withField('section', { from: { column: 'naics' } })), digest(good))
})

t.test('units of money', async (t) => {
  t.equal(decimalShift('yuan', 'fen'), 2)
  t.equal(decimalShift('wan-yuan', 'fen'), 6)
  t.equal(decimalShift('dollar', 'cent'), 2)
  t.equal(decimalShift('person', 'person'), 0)
  t.equal(decimalShift('fen', 'yuan'), undefined)
  t.equal(decimalShift('yuan', 'cent'), undefined)
  t.equal(decimalShift('person', 'fen'), undefined)
})
