import { appendFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Prepare } from '#cli/space/prepare'
import { type CitySpec, citySpec } from '#tools/city/city-spec'
import { csvRecord, writeCsv } from '#tools/city/csv'
import type { CityId } from '#tools/city/divisions'
import { columnsOf, rowsOf } from '#tools/city/generator'
import type { Cell } from '#tools/city/table'
import { loadTable } from '../../examples/three-cities/load-table.ts'
import { writeChineseCsv } from '../../examples/three-cities/write-chinese-csv.ts'
import { writeParquet } from '../../examples/three-cities/write-parquet.ts'

export const TAX_YEAR = 'tax.enterprise_year'

/** The small cities of the test; the same rows as the example's, fewer of them. */
export function smallCity(city: CityId): CitySpec {
  return citySpec(city, 6000, 24, 'baotu-test')
}

type TaxRow = Readonly<Record<string, Cell>>

/** Rows that nobody but their holder may ever see: codes and amounts found nowhere else. */
export const PLANTED: Readonly<Record<'jinan' | 'binzhou', readonly TaxRow[]>> = {
  jinan: [
    plantedRow('91370102XXCANARY01', 'urban', 'micro', 31_415_926_535),
    plantedRow('91370102XXCANARY02', 'urban', 'micro', 27_182_818_284),
    plantedRow('91370102XXCANARY03', 'urban', 'micro', 16_180_339_887),
  ],
  binzhou: [plantedRow('91371602XXCANARY04', 'county', 'large', 299_792_458_123)],
}

/** All rows of a city's tax bureau by column, planted ones among them. */
export function* taxRows(city: CityId): Generator<TaxRow> {
  const names = columnsOf(TAX_YEAR).map(({ name }) => name)
  for (const row of rowsOf(TAX_YEAR, smallCity(city))) {
    yield Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]))
  }
  if (city !== 'qingdao') yield* PLANTED[city]
}

/** The example's preparation, smaller and with planted rows. */
export const prepare: Prepare = async ({ folderFor, databaseFor }) => {
  const url = await databaseFor('did:web:tax.jinan.example')
  await loadTable(url, TAX_YEAR, smallCity('jinan'))
  await insertRows(url, PLANTED.jinan)
  const qingdao = await folderFor('did:web:tax.qingdao.example')
  await writeParquet(path.join(qingdao, 'enterprise_year.parquet'), TAX_YEAR, smallCity('qingdao'))
  const binzhou = path.join(await folderFor('did:web:tax.binzhou.example'), '企业年度汇总.csv')
  writeChineseCsv(binzhou, smallCity('binzhou'))
  for (const row of PLANTED.binzhou) appendFileSync(binzhou, chineseRecord(row))
  const social = await folderFor('did:web:hrss.jinan.example')
  writeCsv(path.join(social, 'enterprise_year.csv'), 'hrss.enterprise_year', smallCity('jinan'))
}

function plantedRow(uscc: string, kind: string, size: string, fen: number): TaxRow {
  return {
    ...{ uscc, group_id: null, section: 'F', industry4: '5111', division6: '370102' },
    ...{ district_kind: kind, size_band: size, tax12_fen: fen, arrears: 0, grade: 'A', heads: 60 },
  }
}

async function insertRows(url: string, rows: readonly TaxRow[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const row of rows) {
    const names = Object.keys(row)
    const places = names.map((_, index) => `$${index + 1}`)
    const text = `insert into enterprise_year (${names.join(', ')}) values (${places.join(', ')})`
    await client.query(text, Object.values(row))
  }
  await client.end()
}

function chineseRecord(row: TaxRow): string {
  const digits = String(row['tax12_fen'])
  const yuan = `${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')}.${digits.slice(-2)}`
  return csvRecord([row['uscc'] ?? null, null, 'F', '县', '大型', yuan, '否', 60])
}
