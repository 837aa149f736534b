import { chmod, readdir, readFile, stat } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { sql } from 'kysely'
import t from 'tap'
import { bindMapping } from '#connectors/mapping/bind-mapping'
import { checkRows } from '#connectors/sources/check-sql'
import { heldFiles } from '#connectors/sources/held-files'
import type { Statement } from '#connectors/sources/sql'
import type { TapTest } from '#test/support/tap-test'
import { mappingOf, openIn } from './opening.ts'
import { answer, csv, expected, mapping, one, product } from './small-files.ts'

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

t.test('a file that this user may not read is told from one that is not there', async (t) => {
  const folder = t.testdir(one('id,sector,tax\n1,A,7\n'))
  await chmod(`${folder}/rows.csv`, 0)
  // Root reads everything; what it may do is decided by the effective user.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  const found = heldFiles([{ path: 'rows.csv', format: 'csv' }], folder)
  const error = await found.catch((cause: unknown) => cause)
  if (isRoot) process.seteuid?.(0)
  t.match(error, { code: 'SOURCE_UNREADABLE', message: 'rows.csv may not be read by this user' })
})

t.test('JSON behind a byte order mark, as some programs write it', async (t) => {
  const rows = '\ufeff[{"id":"1","sector":"A","tax":7},{"id":"2","sector":"B","tax":9}]'
  for (const hold of ['memory', 'scan']) {
    const document = mapping([{ ...csv, format: 'json' }], { engine: { hold } })
    t.strictSame(await answer(t, one(rows), document), expected)
  }
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
  const unreadable = (message: RegExp) => ({ code: 'SOURCE_UNREADABLE', message })
  const place = unreadable(/^rows\.csv, line 3: a record has more or fewer cells than the header$/)
  await refused(one(ragged), mapping([csv]), place)
  const unclosed = unreadable(/^rows\.csv, line 3: a quote does not close/)
  await refused(one(`${good}2,B,"9\n`), mapping([csv]), unclosed)
  const asParquet = mapping([{ ...csv, format: 'parquet' }])
  await refused(one(good), asParquet, unreadable(/^rows\.csv: the file is not Parquet$/))
  const asJson = mapping([{ ...csv, format: 'json' }])
  await refused(one('[{"id": "1"}, {"id": '), asJson, unreadable(/not JSON to its end/))
  await refused(one('[1, 2]'), asJson, unreadable(/not a list of JSON objects/))
  const open = '"id,sector,tax\n'.padEnd(2_000_000, 'x')
  await refused(one(open), mapping([csv]), { code: 'SOURCE_UNREADABLE', message: /first record/ })
})
