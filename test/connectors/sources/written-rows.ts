import { writeFile } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type pg from 'pg'
import type { MeantRow } from '#test/contract/source-rows'

// The same rows as four holders keep them, each untidy in its own way, with the mapping beside.

const DIVISIONS: Readonly<Record<string, readonly string[]>> = {
  A: ['111998', '112120'],
  C: ['311811', '325412', '339999'],
  F: ['236115'],
  other: ['', '999990'],
}
const SECTION_OF = { 11: 'A', 31: 'C', 32: 'C', 33: 'C', 23: 'F' }

const naics = (row: MeantRow, index: number) => {
  const codes = DIVISIONS[row.section] ?? []
  return codes[index % codes.length] ?? ''
}

/** fen as yuan with two decimals, thousands marks, and parentheses for negatives. */
function accounting(fen: bigint): string {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0')
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  const text = `¥${yuan}.${digits.slice(-2)}`
  return fen < 0n ? `(${text})` : text
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

const section = {
  from: { map: [{ prefix: [{ column: 'naics' }, 2] }, SECTION_OF] },
  null: 'category:other',
  other: 'category:other',
}

/** CSV with a byte order mark, CRLF, a quoted line break and column names of every kind. */
export async function writeCsv(path: string, rows: readonly MeantRow[]): Promise<void> {
  const header = ['Unit Key', 'holding "group"', 'naics', '区划-代码', 'Heads (#)', 'Tax Paid, RMB']
  const lines = rows.map((row, index) =>
    [row.key, row.group, naics(row, index), ` ${row.district}\t`, row.heads, accounting(row.tax)]
      .concat([accounting(row.balance), row.arrears ? '是\n(欠税)' : '否'])
      .map((cell) => quoted(String(cell)))
      .join(','),
  )
  const head = [...header, 'balance', '欠税'].map(quoted).join(',')
  await writeFile(path, `\ufeff${[head, ...lines].join('\r\n')}\r\n`)
}

const money = { thousands: ',', parentheses: true, currency: ['¥'] }

export const csvMapping = (path: string, engine: object) => ({
  part: 'tax',
  source: { kind: 'files', files: [{ path, format: 'csv' }], engine },
  unit: { key: { column: 'Unit Key' }, group: { column: 'holding "group"' } },
  fields: {
    section,
    district: { from: { trim: { column: '区划-代码' } } },
    heads: { from: { column: 'Heads (#)' } },
    tax: { from: { decimal: { column: 'Tax Paid, RMB' }, ...money }, unit: 'yuan' },
    balance: { from: { decimal: { column: 'balance' }, ...money }, unit: 'yuan' },
    arrears: { from: { equals: [{ prefix: [{ column: '欠税' }, 1] }, '是'] } },
  },
})

/** JSON: an array of records, numbers and texts mixed, absent members for empty cells. */
export async function writeJson(path: string, rows: readonly MeantRow[]): Promise<void> {
  const records = rows.map((row, index) => ({
    id: row.key,
    ...(row.group && { parent: row.group }),
    naics: naics(row, index) || null,
    "district's code": row.district,
    heads: Number(row.heads),
    tax: Number(row.tax),
    balance: String(row.balance),
    arrears: row.arrears,
  }))
  await writeFile(path, JSON.stringify(records))
}

export const jsonMapping = (path: string, engine: object) => ({
  part: 'tax',
  source: { kind: 'files', files: [{ path, format: 'json' }], engine },
  unit: { key: { column: 'id' }, group: { column: 'parent' } },
  fields: {
    section,
    district: { from: { column: "district's code" } },
    heads: { from: { column: 'heads' } },
    tax: { from: { column: 'tax' }, unit: 'fen' },
    balance: { from: { column: 'balance' }, unit: 'fen' },
    arrears: { from: { column: 'arrears' } },
  },
})

/** Parquet in several files, with types of its own. */
export async function writeParquet(
  folder: string,
  rows: readonly MeantRow[],
): Promise<readonly string[]> {
  const db = await DuckDBInstance.create(':memory:')
  const connection = await db.connect()
  await writeJson(`${folder}/rows.json`, rows)
  await connection.run(`CREATE TABLE t AS SELECT id, parent, naics,
      "district's code" AS district, heads::USMALLINT AS heads, tax::BIGINT AS tax,
      (balance::DECIMAL(38, 0)) AS "bal""ance", arrears
    FROM read_json('${folder}/rows.json', columns = {id: 'VARCHAR', parent: 'VARCHAR',
      naics: 'VARCHAR', "district's code": 'VARCHAR', heads: 'INTEGER', tax: 'BIGINT',
      balance: 'VARCHAR', arrears: 'BOOLEAN'})`)
  const files = [0, 1, 2].map((third) => `part-${third}.parquet`)
  for (const [third, file] of files.entries()) {
    const copied = `SELECT * FROM t WHERE hash(id) % 3 = ${third} ORDER BY hash(id)`
    await connection.run(`COPY (${copied}) TO '${folder}/${file}' (FORMAT parquet)`)
  }
  connection.closeSync()
  db.closeSync()
  return files
}

export const parquetMapping = (files: readonly string[], engine: object) => ({
  part: 'tax',
  source: { kind: 'files', files: files.map((path) => ({ path, format: 'parquet' })), engine },
  unit: { key: { column: 'id' }, group: { column: 'parent' } },
  fields: {
    section,
    district: { from: { column: 'district' } },
    heads: { from: { column: 'heads' } },
    tax: { from: { column: 'tax' } },
    balance: { from: { column: 'bal"ance' } },
    arrears: { from: { column: 'arrears' } },
  },
})

/** A table with padded text, exact decimals and booleans. */
export async function writeTable(client: pg.Client, rows: readonly MeantRow[]): Promise<void> {
  await client.query(`CREATE TABLE "Firm Data" ("Unit Key" text NOT NULL, parent varchar(20),
    naics text, district char(10), heads int, tax numeric(20, 2), balance numeric(30, 0),
    arrears boolean)`)
  const columns = [
    rows.map(({ key }) => key),
    rows.map(({ group }) => group),
    rows.map(naics),
    rows.map(({ district }) => district),
    rows.map(({ heads }) => String(heads)),
    rows.map(({ tax }) => String(tax)),
    rows.map(({ balance }) => String(balance)),
    rows.map(({ arrears }) => String(arrears)),
  ]
  await client.query(
    `INSERT INTO "Firm Data" SELECT k, p, n, d, h::int, t::numeric / 100, b::numeric, a::boolean
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::text[], $8::text[]) AS r(k, p, n, d, h, t, b, a)`,
    columns,
  )
}

export const tableMapping = (url: object, source: object = {}) => ({
  part: 'tax',
  source: {
    kind: 'postgresql',
    database: { url },
    relation: { schema: 'public', name: 'Firm Data' },
    ...source,
  },
  unit: { key: { column: 'Unit Key' }, group: { column: 'parent' } },
  fields: {
    section,
    district: { from: { column: 'district' } },
    heads: { from: { column: 'heads' } },
    tax: { from: { column: 'tax' }, unit: 'yuan' },
    balance: { from: { column: 'balance' }, unit: 'fen' },
    arrears: { from: { column: 'arrears' } },
  },
})
