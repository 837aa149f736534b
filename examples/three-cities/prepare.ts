import path from 'node:path'
import type { Prepare } from '#cli/space/prepare'
import { citySpec } from '#tools/city/city-spec'
import { writeCsv } from '#tools/city/csv'
import type { CityId } from '#tools/city/divisions'
import { loadTable } from './load-table.ts'
import { writeChineseCsv } from './write-chinese-csv.ts'
import { writeParquet } from './write-parquet.ts'

const FIRMS = { jinan: 60_000, qingdao: 40_000, binzhou: 20_000 } as const
/** Two calendar years, so that the last full one can be published. */
const MONTHS = 24
const TAX_YEAR = 'tax.enterprise_year'

/**
 * Makes each bureau's own table alone, as it would keep it: Jinan's tax bureau in PostgreSQL,
 * Qingdao's as Parquet, Binzhou's as a spreadsheet export in Chinese, social insurance as CSV.
 */
export const prepare: Prepare = async ({ seed, folderFor, databaseFor, progress }) => {
  const spec = (city: CityId) => citySpec(city, FIRMS[city], MONTHS, seed)
  const file = async (holder: string, name: string) => path.join(await folderFor(holder), name)
  progress('tax.jinan → PostgreSQL')
  await loadTable(await databaseFor('did:web:tax.jinan.example'), TAX_YEAR, spec('jinan'))
  progress('tax.qingdao → Parquet')
  const parquet = await file('did:web:tax.qingdao.example', 'enterprise_year.parquet')
  await writeParquet(parquet, TAX_YEAR, spec('qingdao'))
  progress('tax.binzhou → CSV')
  writeChineseCsv(await file('did:web:tax.binzhou.example', '企业年度汇总.csv'), spec('binzhou'))
  progress('hrss.jinan → CSV')
  const social = await file('did:web:hrss.jinan.example', 'enterprise_year.csv')
  writeCsv(social, 'hrss.enterprise_year', spec('jinan'))
}
