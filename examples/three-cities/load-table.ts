import pg from 'pg'
import type { CitySpec } from '#tools/city/city-spec'
import { columnsOf, rowsOf, tableOf } from '#tools/city/generator'
import type { Cell, Row } from '#tools/city/table'

const BATCH = 5000

/** Puts one table of a city into the database at `url`, replacing what a cut-short run left. */
export async function loadTable(url: string, table: string, spec: CitySpec): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('begin')
    await fill(client, table, spec)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

async function fill(client: pg.Client, table: string, spec: CitySpec): Promise<void> {
  const name = tableOf(table).id.split('.').at(-1) ?? table
  const columns = columnsOf(table)
  const types = columns.map(({ type }) => (type === 'int64' ? 'bigint' : 'text'))
  const defined = columns.map(({ name }, index) => `${name} ${types[index]}`).join(', ')
  await client.query(`drop table if exists ${name}`)
  await client.query(`create table ${name} (${defined})`)
  const lists = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')
  const insert = `insert into ${name} select * from unnest(${lists})`
  for (const rows of batches(rowsOf(table, spec))) {
    await client.query(insert, columnsOfRows(rows, columns.length))
  }
}

function* batches(rows: Iterable<Row>): Generator<readonly Row[]> {
  let batch: Row[] = []
  for (const row of rows) {
    batch.push([...row])
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function columnsOfRows(rows: readonly Row[], width: number): Cell[][] {
  return Array.from({ length: width }, (_, index) => rows.map((row) => row[index] ?? null))
}
