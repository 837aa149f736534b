import { rename, stat, utimes, writeFile } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import type { Product } from '#protocol/messages/product'
import { openIn } from './opening.ts'
import {
  answer,
  type Changes,
  csv,
  everything,
  limits,
  mapping,
  one,
  product,
  sector,
  tax,
} from './small-files.ts'

t.test('what does not fit is told at once: field, file, column and how many', async (t) => {
  const refused = async (text: string, changes: Changes, problems: readonly object[]) => {
    const answered = answer(t, one(text), mapping([csv], changes))
    await t.rejects(answered, { code: 'MAPPING_REFUSED', problems })
  }
  const file = 'rows.csv'
  await refused('id,Sector ,tax\n1,A,7\n', {}, [
    { code: 'COLUMN_MISSING', field: 'sector', file, column: 'sector', text: /mean `Sector `\?/ },
  ])
  await refused('id;sector;tax\n1;A;7\n', { unit: { key: { column: 'sector' } } }, [
    { code: 'COLUMN_MISSING', field: 'unit', text: /has one column: is `delimiter` right\?/ },
    { code: 'COLUMN_MISSING', field: 'sector' },
    { code: 'COLUMN_MISSING', field: 'tax' },
  ])
  await refused(
    'id,sector,税额（元）,\n1,A,7,\n',
    { fields: { tax: { from: { column: '税额(元)' } } } },
    [{ code: 'COLUMN_MISSING', field: 'tax', text: /mean `税额（元）`\?/ }],
  )
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
  const columns = [{ ...product.columns[0], range: ['0', `${10n ** 20n}`] }]
  const wide = { ...product, columns, parts: product.parts.map((p) => ({ ...p, maxUnits: '9' })) }
  const rounded = { decimal: tax.from, rounding: 'half-up' }
  const fields = { tax: { from: rounded, unit: 'yuan' } }
  const folder = t.testdir()
  const db = await DuckDBInstance.create(':memory:')
  const connection = await db.connect()
  let written = 0
  const parquet = async (value: string) => {
    written += 1
    const row = `SELECT '${written}' AS id, 'A' AS sector, ${value} AS tax`
    await connection.run(`COPY (${row}) TO '${folder}/${written}.parquet' (FORMAT parquet)`)
    return { path: `${written}.parquet`, format: 'parquet' }
  }
  const json = async (value: string) => {
    written += 1
    const text = `[{"id": "${written}", "sector": "A", "tax": ${value}}]`
    await writeFile(`${folder}/${written}.json`, text)
    return { path: `${written}.json`, format: 'json' }
  }
  const sumOf = async (files: Parameters<typeof mapping>[0]) => {
    await using source = await openIn(folder, mapping(files, { fields }), wide as Product)
    const amounts = [{ column: 'tax', lower: 0n, upper: 10n ** 20n, squares: false }]
    const [group] = await source.run({ ...everything, amounts }, limits)
    return group?.amounts[0]?.sum
  }
  const exact = [
    await parquet('1234567890.12::DOUBLE'),
    await parquet('123456789012345678.12::DECIMAL(20, 2)'),
    await json('1234567890.12'),
    await json('9007199254740993'),
    // Engines write small and large doubles with an exponent.
    await parquet('1e-7::DOUBLE'),
    await json('1.2e3'),
    await json('3e-2'),
  ]
  const others = 12345678901234567812n + 900719925474099300n + 120000n + 3n
  t.equal(await sumOf(exact), 123456789012n * 2n + others)
  // As a double this is 1000000000000000.0: the cent is gone before anybody could see it.
  const lost = '1000000000000000.01'
  const inexact = [await parquet(`${lost}::DOUBLE`), await json(lost)]
  await t.rejects(sumOf(inexact), {
    code: 'MAPPING_REFUSED',
    problems: inexact.map(({ path: file }) => ({ code: 'VALUE_NOT_CONVERTIBLE', file })),
  })
  const unread = [await parquet('1.5::FLOAT'), await parquet('[1, 2]')]
  await t.rejects(sumOf(unread), {
    code: 'MAPPING_REFUSED',
    problems: unread.map(({ path: file }) => ({ code: 'COLUMN_TYPE', file, column: 'tax' })),
  })
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
