import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'

/** Where the split goes and what it starts from. */
export interface Preparation {
  /** A CSV with the columns loan_id, lender, naics, business_type, jobs and amount_cents. */
  readonly input: string
  /** A folder per holder is made in here: its data, its mapping, the secret of its database. */
  readonly state: string
  /** Lender C's database; without one, lender C has no source. */
  readonly database?: { readonly ownerUrl: string; readonly readerUrl: string }
}

export interface PreparedHolder {
  readonly did: string
  readonly lender: string
  readonly loans: number
  /** Undefined for lender C without a database. */
  readonly mapping: string | undefined
}

/**
 * Splits loans among the four largest lenders, each of which keeps its books in its own way: an
 * exported table, Parquet in two files, a PostgreSQL table, JSON.
 */
export async function prepareLoans(preparation: Preparation): Promise<readonly PreparedHolder[]> {
  const db = await DuckDBInstance.create(':memory:')
  const connection = await db.connect()
  try {
    const lenders = await largestLenders(connection, preparation.input)
    const writers = [writeTable, writeParquet, writeDatabase, writeJson]
    const holders: PreparedHolder[] = []
    for (const [index, { lender, loans }] of lenders.entries()) {
      const name = `lender-${'abcd'[index]}`
      const folder = path.join(preparation.state, name)
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE own AS
        SELECT * FROM loans WHERE lender = $1 ORDER BY loan_id`,
        [lender],
      )
      const isWritten = await writers[index]?.(connection, folder, preparation)
      const mapping = isWritten ? path.join(folder, 'mapping.json') : undefined
      if (mapping)
        await copyFile(path.join(import.meta.dirname, 'holders', `${name}.json`), mapping)
      holders.push({ did: `did:web:${name}.example`, lender, loans, mapping })
    }
    return holders
  } finally {
    connection.closeSync()
    db.closeSync()
  }
}

type Write = (
  connection: DuckDBConnection,
  folder: string,
  preparation: Preparation,
) => Promise<boolean>

async function largestLenders(connection: DuckDBConnection, input: string) {
  await connection.run(
    `CREATE TEMP TABLE loans AS SELECT loan_id, lender, naics, business_type,
       jobs::INTEGER AS jobs, amount_cents::BIGINT AS amount_cents
     FROM read_csv($1, header = true, all_varchar = true, delim = ',', quote = '"')`,
    [input],
  )
  const result = await connection.run(`SELECT lender, count(*)::INTEGER AS loans FROM loans
    GROUP BY lender ORDER BY loans DESC, lender LIMIT 4`)
  const rows = await result.getRows()
  return rows.map(([lender, loans]) => ({ lender: String(lender), loans: Number(loans) }))
}

// As a person exports a table: titles, a dollar sign, thousands marks, padded codes, `n/a`.
const writeTable: Write = async (connection, folder) => {
  await connection.run(`COPY (SELECT ' ' || loan_id AS "Loan No.", naics || ' ' AS "NAICS Code",
      business_type AS "Type of Business", coalesce(jobs::TEXT, 'n/a') AS "Jobs (FTE)",
      format('\${:,}.{:02d}', amount_cents // 100, amount_cents % 100) AS "Amount, USD" FROM own)
    TO '${quoted(folder)}/loans.csv' (FORMAT csv, HEADER, DELIMITER ';')`)
  return true
}

const writeParquet: Write = async (connection, folder) => {
  for (const half of [0, 1]) {
    await connection.run(`COPY (SELECT loan_id, naics::INTEGER AS naics, business_type, jobs,
        amount_cents FROM own WHERE right(loan_id, 1)::INTEGER % 2 = ${half})
      TO '${quoted(folder)}/loans-${half}.parquet' (FORMAT parquet)`)
  }
  return true
}

const writeJson: Write = async (connection, folder) => {
  await connection.run(`COPY (SELECT loan_id AS id, naics AS industry,
      business_type AS "businessType", jobs, amount_cents / 100 AS amount FROM own)
    TO '${quoted(folder)}/loans.json' (FORMAT json, ARRAY true)`)
  return true
}

const writeDatabase: Write = async (connection, folder, { database }) => {
  if (database === undefined) return false
  const rows = await (await connection.run('SELECT * FROM own')).getColumnsObjectJson()
  const client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
  try {
    await client.query(`DROP TABLE IF EXISTS public.loans; CREATE TABLE public.loans
      (loan_number text PRIMARY KEY, naics text, business_type text, jobs int, amount numeric(14, 2))`)
    await client.query(
      `INSERT INTO public.loans SELECT l, n, b, j::int, a::numeric / 100
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS r(l, n, b, j, a)`,
      ['loan_id', 'naics', 'business_type', 'jobs', 'amount_cents'].map((name) => rows[name]),
    )
    const { pathname, username } = new URL(database.readerUrl)
    const [base, reader] = [pathname.slice(1), username].map((name) => pg.escapeIdentifier(name))
    await client.query(`GRANT CONNECT ON DATABASE ${base} TO ${reader};
      GRANT SELECT ON public.loans TO ${reader}`)
  } finally {
    await client.end()
  }
  await writeFile(path.join(folder, 'database.url'), database.readerUrl, { mode: 0o600 })
  return true
}

function quoted(text: string): string {
  return text.replaceAll("'", "''")
}

const USAGE = `Splits loans to small businesses among four holders.

  node examples/sme-loans/prepare.ts [--input loans.csv] [--state folder]
    [--database postgresql://owner... --reader postgresql://reader...]

The input is a CSV with a header and the columns
  loan_id, lender, naics, business_type, jobs, amount_cents
such as the loan list that the US SBA published in 2020.
`

async function main(): Promise<number> {
  const root = path.resolve(import.meta.dirname, '../..')
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: { input: text, state: text, database: text, reader: text },
  })
  const input = path.resolve(
    values.input ?? path.join(root, '../shared/data/enterprises/ppp-montana.csv'),
  )
  const isThere = await readdir(path.dirname(input)).then(
    (names) => names.includes(path.basename(input)),
    () => false,
  )
  if (!isThere || (values.database === undefined) !== (values.reader === undefined)) {
    const reason = isThere ? '--database and --reader belong together' : `no loans at ${input}`
    process.stderr.write(`${reason}\n\n${USAGE}`)
    return 1
  }
  const state = path.resolve(values.state ?? path.join(root, '.baotu/sme-loans'))
  const { database: ownerUrl, reader: readerUrl } = values
  const database = ownerUrl && readerUrl ? { database: { ownerUrl, readerUrl } } : {}
  for (const holder of await prepareLoans({ input, state, ...database })) {
    const { did, lender, loans, mapping = 'no source: give --database and --reader' } = holder
    process.stdout.write(`${did}  ${lender}, ${loans} loans  ${mapping}\n`)
  }
  return 0
}

if (import.meta.main) process.exitCode = await main()
