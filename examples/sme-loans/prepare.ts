import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import type { Prepare, PrepareContext } from '#cli/space/prepare'

/** The loan list: beside this file as `loans.csv`, or where the project's data lie. */
const INPUTS = [
  path.join(import.meta.dirname, 'loans.csv'),
  path.resolve(import.meta.dirname, '../../../shared/data/enterprises/ppp-montana.csv'),
]

/**
 * Splits a list of loans among its four largest lenders, each of which keeps its books in its own
 * way: an exported table, Parquet in two files, a PostgreSQL table, JSON. The list is a CSV with
 * the columns loan_id, lender, naics, business_type, jobs and amount_cents, such as the US SBA
 * published in 2020; the project ships no data of others.
 */
export const prepare: Prepare = async (context) => splitLoans(await findInput(), context)

/** Splits the list at `input`; see `prepare`. */
export async function splitLoans(
  input: string,
  { folderFor, databaseFor, progress }: Omit<PrepareContext, 'seed'>,
): Promise<void> {
  const db = await DuckDBInstance.create(':memory:')
  const connection = await db.connect()
  try {
    const lenders = await largestLenders(connection, input)
    const writers = [writeTable, writeParquet, writeDatabase, writeJson]
    for (const [index, write] of writers.entries()) {
      const holder = `did:web:lender-${'abcd'[index]}.example`
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE own AS
        SELECT * FROM loans WHERE lender = $1 ORDER BY loan_id`,
        [lenders[index] ?? ''],
      )
      const folder = await folderFor(holder)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await write(connection, folder, () => databaseFor(holder))
      progress(`lender-${'abcd'[index]}`)
    }
  } finally {
    connection.closeSync()
    db.closeSync()
  }
}

async function findInput(): Promise<string> {
  for (const input of INPUTS) {
    const found = await access(input).then(
      () => true,
      () => false,
    )
    if (found) return input
  }
  throw new Error(`put a list of loans at ${INPUTS[0]} (see examples/sme-loans/prepare.ts)`)
}

type Write = (
  connection: DuckDBConnection,
  folder: string,
  database: () => Promise<string>,
) => Promise<void>

async function largestLenders(connection: DuckDBConnection, input: string): Promise<string[]> {
  await connection.run(
    `CREATE TEMP TABLE loans AS SELECT loan_id, lender, naics, business_type,
       jobs::INTEGER AS jobs, amount_cents::BIGINT AS amount_cents
     FROM read_csv($1, header = true, all_varchar = true, delim = ',', quote = '"')`,
    [input],
  )
  const result = await connection.run(`SELECT lender, count(*)::INTEGER AS loans FROM loans
    GROUP BY lender ORDER BY loans DESC, lender LIMIT 4`)
  return (await result.getRows()).map(([lender]) => String(lender))
}

// As a person exports a table: titles, a dollar sign, thousands marks, padded codes, `n/a`.
const writeTable: Write = async (connection, folder) => {
  await connection.run(`COPY (SELECT ' ' || loan_id AS "Loan No.", naics || ' ' AS "NAICS Code",
      business_type AS "Type of Business", coalesce(jobs::TEXT, 'n/a') AS "Jobs (FTE)",
      format('\${:,}.{:02d}', amount_cents // 100, amount_cents % 100) AS "Amount, USD" FROM own)
    TO '${quoted(folder)}/loans.csv' (FORMAT csv, HEADER, DELIMITER ';')`)
}

const writeParquet: Write = async (connection, folder) => {
  for (const half of [0, 1]) {
    await connection.run(`COPY (SELECT loan_id, naics::INTEGER AS naics, business_type, jobs,
        amount_cents FROM own WHERE right(loan_id, 1)::INTEGER % 2 = ${half})
      TO '${quoted(folder)}/loans-${half}.parquet' (FORMAT parquet)`)
  }
}

const writeJson: Write = async (connection, folder) => {
  await connection.run(`COPY (SELECT loan_id AS id, naics AS industry,
      business_type AS "businessType", jobs, amount_cents / 100 AS amount FROM own)
    TO '${quoted(folder)}/loans.json' (FORMAT json, ARRAY true)`)
}

const writeDatabase: Write = async (connection, _folder, database) => {
  const rows = await (await connection.run('SELECT * FROM own')).getColumnsObjectJson()
  const client = new pg.Client({ connectionString: await database() })
  await client.connect()
  try {
    await client.query(`DROP TABLE IF EXISTS public.loans; CREATE TABLE public.loans
      (loan_number text PRIMARY KEY, naics text, business_type text, jobs int, amount numeric(14, 2))`)
    await client.query(
      `INSERT INTO public.loans SELECT l, n, b, j::int, a::numeric / 100
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS r(l, n, b, j, a)`,
      ['loan_id', 'naics', 'business_type', 'jobs', 'amount_cents'].map((name) => rows[name]),
    )
  } finally {
    await client.end()
  }
}

function quoted(text: string): string {
  return text.replaceAll("'", "''")
}
