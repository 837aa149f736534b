import { readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { sql } from 'kysely'
import t from 'tap'
import { bindMapping } from '#connectors/mapping/bind-mapping'
import { checkRows } from '#connectors/sources/check-sql'
import type { Statement } from '#connectors/sources/sql'
import type { Product } from '#protocol/messages/product'
import type { TapTest } from '#test/support/tap-test'
import { mappingOf, openIn } from './opening.ts'

const title = { zh: 'x', en: 'x' }

const product: Product = {
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

const sector = { from: { column: 'sector' } }
const tax = { from: { column: 'tax' } }

type Entry = Readonly<Record<string, unknown>>
type Changes = { fields?: object; unit?: object; engine?: object; empties?: readonly string[] }

const csv: Entry = { path: 'rows.csv', format: 'csv' }

const mapping = (
  files: readonly Entry[],
  { fields, unit, engine = {}, empties }: Changes = {},
) => ({
  part: 'p',
  source: { kind: 'files', files, engine: { threads: 1, ...engine }, ...(empties && { empties }) },
  unit: { key: { column: 'id' }, ...unit },
  fields: { sector, tax, ...fields },
})

const everything = {
  part: 'p',
  groupBy: [{ dimension: 'sector', codes: ['A', 'B', 'none'] }],
  where: [],
  amounts: [{ column: 'tax', lower: 0n, upper: 1000n, squares: false }],
  flags: [],
}
const limits = { deadlineMs: 30_000 }

/** [sector, units, sum] of every group of the files, with nothing left open behind. */
async function answer(
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

const one = (text: string | Uint8Array) => ({ 'rows.csv': text })
const expected = [
  ['A', 1, 7],
  ['B', 1, 9],
]

t.test('untidy but readable files', async (t) => {
  const semicolons = { ...csv, delimiter: ';', quote: "'" }
  const text = "id;sector;tax\n1;'A';'7'\n2;B;9"
  t.strictSame(await answer(t, one(text), mapping([semicolons])), expected, 'other marks')

  const bare = mapping([{ ...csv, header: false }], {
    unit: { key: { column: 'column0' } },
    fields: { sector: { from: { column: 'column1' } }, tax: { from: { column: 'column2' } } },
  })
  t.strictSame(await answer(t, one('1,A,7\n2,B,9\n'), bare), expected, 'no header')

  const titled = '"id","a\nb ""quoted"", sector","tax"\r\n1,A,7\r\n2,B,9\r\n'
  const fields = { sector: { from: { column: 'a\nb "quoted", sector' } } }
  const broken = await answer(t, one(titled), mapping([csv], { fields }))
  t.strictSame(broken, expected, 'a header with line breaks, quotes and commas')
  t.equal(await rowsReadAsIs(t, titled), 0, 'which the engine alone reads as no rows, silently')

  const mixed = 'id,sector,tax\r\n1,A,7\n\n2,"B",9\r'
  t.strictSame(await answer(t, one(mixed), mapping([csv])), expected, 'mixed line breaks')

  const sameRow = await answer(t, one('id,sector,tax\n1,A,3\n1,A,4\n2,B,9\n'), mapping([csv]))
  t.strictSame(sameRow, expected, 'several rows of one unit')
  t.strictSame(await answer(t, one('id,sector,tax\n'), mapping([csv])), [], 'no rows at all')

  const lines =
    '\ufeff{"id":1,"sector":"A","tax":7,"more":[1]}\n{"sector":"B","id":"2","tax":"9"}\n'
  const json = mapping([{ path: 'rows.json', format: 'json' }])
  t.strictSame(await answer(t, { 'rows.json': lines }, json), expected, 'JSON lines, keys anywhere')

  const files = { 'a.csv': 'id,sector,tax\n1,A,7\n', 'b.csv': 'tax,extra,id,sector\n9,,2,B\n' }
  const glob = await answer(t, files, mapping([{ glob: '*.csv', format: 'csv' }]))
  t.strictSame(glob, expected, 'files with other orders of columns')
})

/** How many rows the engine finds in the file as it is, strict mode and all. */
async function rowsReadAsIs(t: TapTest, text: string): Promise<number> {
  const folder = t.testdir({ 'raw.csv': text })
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const result = await connection.run(`SELECT * FROM read_csv('${folder}/raw.csv', header = true,
    auto_detect = false, delim = ',', quote = '"', escape = '"', strict_mode = true,
    columns = {'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR'})`)
  const { rowCount } = result
  connection.closeSync()
  return rowCount
}

t.test('fewer rows than records refuse, whatever the engine thinks of the file', async (t) => {
  const bound = bindMapping(mappingOf(mapping([csv])), product)
  const column = (name: string) => [name, { ref: sql.id('r', name), kind: 'text' }] as const
  const columns = new Map(['id', 'sector', 'tax'].map(column))
  const place = { name: 'rows.csv', from: sql`data`, columns, records: 3 }
  const answers =
    (rows: string) =>
    async ({ text }: Statement) =>
      text.includes('DISTINCT') ? [['2']] : [['0', rows, '0', ...Array(6).fill('0'), '1']]
  const lost = {
    code: 'SOURCE_UNREADABLE',
    message: 'rows.csv: 3 records, of which the engine reads 2',
  }
  await t.rejects(checkRows(bound, [place], 'duckdb', answers('2')), lost)
  t.match(await checkRows(bound, [place], 'duckdb', answers('3')), { rows: 3n })
})

t.test('a file with quoted line breaks larger than what one thread reads', async (t) => {
  const note = `"${'line\r\n'.repeat(300)}"`
  const rows = Array.from({ length: 6000 }, (_, i) => `${i % 3},A,1,${note}`)
  const text = `id,sector,tax,note\n${rows.join('\n')}\n`
  const read = await answer(t, one(text), mapping([csv], { engine: { threads: 4 } }))
  t.strictSame(read, [['A', 3, 3000]])
})

t.test('other encodings are decoded strictly, in a private place that is left clean', async (t) => {
  // id, 行业 (sector) and 税额 (tax) in GBK.
  const gbk = Buffer.concat([
    Buffer.from('id,'),
    Buffer.from([0xd0, 0xd0, 0xd2, 0xb5, 0x2c, 0xcb, 0xb0, 0xb6, 0xee]),
    Buffer.from('\n1,A,7\n2,B,9\n'),
  ])
  const fields = { sector: { from: { column: '行业' } }, tax: { from: { column: '税额' } } }
  const document = (encoding: string, engine: object = {}) =>
    mapping([{ ...csv, encoding }], { fields, engine })
  t.strictSame(await answer(t, one(gbk), document('gbk')), expected)
  const utf16 = Buffer.from('\ufeffid,行业,税额\n1,A,7\n2,B,9\n', 'utf16le')
  t.strictSame(await answer(t, one(utf16), document('utf-16le')), expected)

  const wrong = { code: 'SOURCE_ENCODING', message: /rows\.csv/ }
  await t.rejects(answer(t, one(gbk), document('utf-8')), wrong)
  await t.rejects(answer(t, one(Buffer.from([...gbk, 0xff])), document('gbk')), wrong)
  await t.rejects(answer(t, one(gbk), document('klingon')), wrong)

  const folder = t.testdir({ 'rows.csv': gbk })
  const copies = async () => (await readdir(folder)).filter((name) => name.startsWith('baotu-'))
  await using source = await openIn(folder, document('gbk', { hold: 'scan' }), product)
  await source.check()
  const [copy = ''] = await copies()
  const [file = ''] = await readdir(`${folder}/${copy}`)
  t.equal((await stat(`${folder}/${copy}`)).mode & 0o777, 0o700)
  t.equal((await stat(`${folder}/${copy}/${file}`)).mode & 0o777, 0o600)
  t.match(await readFile(`${folder}/${copy}/${file}`, 'utf8'), /^c0,c1,c2\n1,A,7\n/)
  await source[Symbol.asyncDispose]()
  t.strictSame(await copies(), [])
  await using inMemory = await openIn(folder, document('gbk'), product)
  await inMemory.check()
  t.strictSame(await copies(), [])
})

t.test('files that are not there or not what they should be', async (t) => {
  const good = 'id,sector,tax\n1,A,7\n'
  const refused = (
    files: Parameters<typeof answer>[1],
    document: object,
    wanted: { code: string; message?: RegExp },
  ) => t.rejects(answer(t, files, document), wanted)
  await refused({}, mapping([csv]), { code: 'SOURCE_MISSING', message: /rows\.csv/ })
  await refused({}, mapping([{ glob: '*.csv', format: 'csv' }]), { code: 'SOURCE_MISSING' })
  await refused(one(''), mapping([csv]), { code: 'SOURCE_UNREADABLE', message: /is empty/ })
  const twice = mapping([csv, { glob: '*.csv', format: 'csv' }])
  await refused(one(good), twice, { code: 'MAPPING_INVALID', message: /twice/ })
  const ragged = `${good}2,B\n`
  const place = { code: 'SOURCE_UNREADABLE', message: /^rows\.csv, line 3: / }
  await refused(one(ragged), mapping([csv]), place)
  const notParquet = { code: 'SOURCE_UNREADABLE', message: /rows\.csv/ }
  await refused(one(good), mapping([{ ...csv, format: 'parquet' }]), notParquet)
  const open = '"id,sector,tax\n'.padEnd(2_000_000, 'x')
  await refused(one(open), mapping([csv]), { code: 'SOURCE_UNREADABLE', message: /first record/ })
})

t.test('what does not fit is told at once: field, file, column and how many', async (t) => {
  const refused = async (text: string, changes: Changes, problems: readonly object[]) => {
    const answered = answer(t, one(text), mapping([csv], changes))
    await t.rejects(answered, { code: 'MAPPING_REFUSED', problems })
  }
  const file = 'rows.csv'
  await refused('id,Sector ,tax\n1,A,7\n', {}, [
    { code: 'COLUMN_MISSING', field: 'sector', file, column: 'sector', text: /mean `Sector `\?/ },
  ])
  await refused('id,sector,tax,tax\n1,A,7,8\n', {}, [{ code: 'COLUMN_AMBIGUOUS', field: 'tax' }])
  await refused('id,sector,tax\n1,Secret,x\n,B,9\n3,,9\n4,Z,\n', {}, [
    { code: 'EMPTY_CELLS', field: 'unit', file, column: 'id', rows: 1n },
    { code: 'EMPTY_CELLS', field: 'sector', rows: 1n },
    { code: 'CODE_OUTSIDE_DOMAIN', field: 'sector', file, column: 'sector', rows: 2n },
    { code: 'EMPTY_CELLS', field: 'tax', rows: 1n },
    { code: 'VALUE_NOT_CONVERTIBLE', field: 'tax', rows: 1n },
  ])
  const many = ['1', '2', '3', '4', '5'].map((id) => `${id},A,1`).join('\n')
  await refused(`id,sector,tax\n${many}\n`, {}, [{ code: 'TOO_MANY_UNITS', rows: 5n }])
  const told = answer(t, one('id,sector,tax\n1,Secret,x1234\n'), mapping([csv]))
  await t.rejects(told, { message: /^(?!.*(Secret|x1234))/s })
})

t.test('rules for empty and other cells', async (t) => {
  const text = 'id,sector,tax\n1,A,7\n2,Z,1\n3,,2\n,A,3\n4,B,N/A\n'
  const rules = {
    empties: ['N/A'],
    unit: { key: { column: 'id' }, null: 'skip-row' },
    fields: { sector: { ...sector, null: 'category:none', other: 'skip-row' } },
  }
  const zero = { ...rules, fields: { ...rules.fields, tax: { ...tax, null: 'zero' } } }
  t.strictSame(await answer(t, one(text), mapping([csv], zero)), [
    ['A', 1, 7],
    ['B', 1, 0],
    ['none', 1, 2],
  ])
  // A skipped row is out of every question, also of those that never look at the field.
  const skip = { ...rules, fields: { ...rules.fields, tax: { ...tax, null: 'skip-row' } } }
  for (const hold of ['memory', 'scan']) {
    const folder = t.testdir(one(text))
    const document = mapping([csv], { ...skip, engine: { hold } })
    await using source = await openIn(folder, document, product)
    const [all] = await source.run({ ...everything, groupBy: [], amounts: [] }, limits)
    t.equal(all?.units, 2n, hold)
    t.match(await source.check(), { rows: 2n, skipped: 3n, places: [{ name: 'rows.csv' }] })
  }
})

t.test('numbers that went through floating point are taken only where that is exact', async (t) => {
  const wide = { ...product, columns: [{ ...product.columns[0], range: ['0', `${10n ** 20n}`] }] }
  const cents = { from: { column: 'tax' }, unit: 'yuan' }
  const asked = { ...everything, amounts: [{ ...everything.amounts[0], upper: 10n ** 20n }] }
  const folder = t.testdir()
  const db = await DuckDBInstance.create(':memory:')
  const connection = await db.connect()
  const sumOf = async (file: string, format: string) => {
    const document = mapping([{ path: file, format }], { fields: { tax: cents } })
    await using source = await openIn(folder, document, wide as Product)
    const [group] = await source.run(asked as typeof everything, limits)
    return group?.amounts[0]?.sum
  }
  const parquet = async (value: string) => {
    const row = `SELECT '1' AS id, 'A' AS sector, ${value} AS tax`
    await connection.run(`COPY (${row}) TO '${folder}/n.parquet' (FORMAT parquet)`)
    return await sumOf('n.parquet', 'parquet')
  }
  const json = async (value: string) => {
    await writeFile(`${folder}/n.json`, `[{"id": "1", "sector": "A", "tax": ${value}}]`)
    return await sumOf('n.json', 'json')
  }
  t.equal(await parquet('1234567890.12::DOUBLE'), 123456789012n)
  t.equal(await parquet('123456789012345678.12::DECIMAL(20, 2)'), 12345678901234567812n)
  t.equal(await json('1234567890.12'), 123456789012n)
  t.equal(await json('9007199254740993'), 900719925474099300n)
  // As a double this is 1000000000000000.0: the cent is gone before anybody could see it.
  const inexact = { code: 'MAPPING_REFUSED', problems: [{ code: 'VALUE_NOT_CONVERTIBLE' }] }
  await t.rejects(parquet('1000000000000000.01::DOUBLE'), inexact)
  await t.rejects(json('1000000000000000.01'), inexact)
  const floats = {
    code: 'MAPPING_REFUSED',
    problems: [{ code: 'COLUMN_TYPE', field: 'tax', column: 'tax' }],
  }
  await t.rejects(parquet('1.5::FLOAT'), floats)
  await t.rejects(parquet('[1, 2]'), floats)
  connection.closeSync()
})

t.test('the version names the bytes and the mapping, not names, places or order', async (t) => {
  const files = { 'a.csv': 'id,sector,tax\n1,A,7\n', 'b.csv': 'id,sector,tax\n2,B,9\n' }
  const [a, b] = ['a.csv', 'b.csv'].map((path) => ({ path, format: 'csv' }))
  if (a === undefined || b === undefined) return
  const version = async (content: typeof files, document: object) => {
    await using source = await openIn(t.testdir(content), document, product)
    return await source.version()
  }
  const first = await version(files, mapping([a, b]))
  const swapped = { 'a.csv': files['b.csv'], 'b.csv': files['a.csv'] }
  const glob = mapping([{ glob: '*.csv', format: 'csv' }])
  t.equal(await version(swapped, glob), await version(files, glob))
  t.equal(await version(files, mapping([a, b], { engine: { threads: 3, hold: 'scan' } })), first)
  t.not(await version({ ...files, 'a.csv': 'id,sector,tax\n1,A,8\n' }, mapping([a, b])), first)
  const renamed = mapping([a, b], { fields: { sector: { ...sector, other: 'skip-row' } } })
  t.not(await version(files, renamed), first)
})

t.test('a file that changes is noticed, also with its size and times put back', async (t) => {
  for (const hold of ['memory', 'scan']) {
    const folder = t.testdir(one('id,sector,tax\n1,A,7\n'))
    const path = `${folder}/rows.csv`
    const { atime, mtime } = await stat(path)
    await using source = await openIn(folder, mapping([csv], { engine: { hold } }), product)
    await source.run(everything, limits)
    await writeFile(path, 'id,sector,tax\n1,A,8\n')
    await utimes(path, atime, mtime)
    await t.rejects(source.run(everything, limits), { code: 'SOURCE_CHANGED' }, hold)
    await t.rejects(source.version(), { code: 'SOURCE_CHANGED' }, hold)
    await writeFile(path, 'id,sector,tax\n1,A,7\n')
    t.equal((await source.run(everything, limits)).length, 1, 'the same bytes are the same version')
    await rename(path, `${path}.old`)
    await t.rejects(source.run(everything, limits), { code: 'SOURCE_CHANGED' }, hold)
  }
})
