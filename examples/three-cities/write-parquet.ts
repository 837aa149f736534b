import { rm } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type { CitySpec } from '#tools/city/city-spec'
import { writeCsv } from '#tools/city/csv'
import { columnsOf } from '#tools/city/generator'

/**
 * Writes one table of a city as Parquet. This bureau keeps its industry in one column, section
 * letter and class together, in small letters: its mapping cuts the section out.
 */
export async function writeParquet(file: string, table: string, spec: CitySpec): Promise<void> {
  const csv = `${file}.csv`
  writeCsv(csv, table, spec)
  const kept = columnsOf(table)
    .map(({ name, type }) => `${name}::${type === 'int64' ? 'BIGINT' : 'VARCHAR'} AS ${name}`)
    .filter((column) => !column.startsWith('section') && !column.startsWith('industry4'))
  const industry = 'lower(section || industry4) AS industry'
  const instance = await DuckDBInstance.create(':memory:')
  try {
    const connection = await instance.connect()
    const rows = `read_csv(${quoted(csv)}, all_varchar = true)`
    const select = `SELECT ${[...kept, industry].join(', ')} FROM ${rows}`
    await connection.run(`COPY (${select}) TO ${quoted(file)} (FORMAT parquet)`)
    connection.closeSync()
  } finally {
    instance.closeSync()
    await rm(csv, { force: true })
  }
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "''")}'`
}
