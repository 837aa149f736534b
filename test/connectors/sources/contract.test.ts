import t from 'tap'
import { sourceContract } from '#test/contract/source'
import { openIn } from './opening.ts'
import { databaseWithReader } from './reader.ts'
import {
  csvMapping,
  jsonMapping,
  parquetMapping,
  tableMapping,
  writeCsv,
  writeJson,
  writeParquet,
  writeTable,
} from './written-rows.ts'

t.test('CSV in memory, one thread', async (t) => {
  const folder = t.testdir()
  await sourceContract(t, async (rows) => {
    await writeCsv(`${folder}/rows.csv`, rows)
    return await openIn(folder, csvMapping('rows.csv', { threads: 1 }))
  })
})

t.test('CSV scanned for each question, three threads', async (t) => {
  const folder = t.testdir()
  await sourceContract(t, async (rows) => {
    await writeCsv(`${folder}/rows.csv`, rows)
    return await openIn(folder, csvMapping('rows.csv', { threads: 3, hold: 'scan' }))
  })
})

t.test('Parquet in three files, eight threads', async (t) => {
  const folder = t.testdir()
  await sourceContract(t, async (rows) => {
    const files = await writeParquet(folder, rows)
    return await openIn(folder, parquetMapping(files.toReversed(), { threads: 8 }))
  })
})

t.test('JSON, four threads', async (t) => {
  const folder = t.testdir()
  await sourceContract(t, async (rows) => {
    await writeJson(`${folder}/rows.json`, rows)
    return await openIn(folder, jsonMapping('rows.json', { threads: 4, hold: 'scan' }))
  })
})

t.test('PostgreSQL', async (t) => {
  const folder = t.testdir()
  const { owner, readerUrl, grant } = await databaseWithReader(t, folder)
  await sourceContract(t, async (rows) => {
    await writeTable(owner, rows)
    await grant('"Firm Data"')
    return await openIn(folder, tableMapping(readerUrl))
  })
})
