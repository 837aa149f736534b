import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test } from 'tap'
import type { PartSource } from '#connectors/desk'
import { openPartSources } from '#connectors/sources/part-sources'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import { Query } from '#protocol/messages/query'
import { splitLoans } from '../../examples/sme-loans/prepare.ts'
import { testDatabase, testServer } from '../support/database.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'

const example = path.resolve(import.meta.dirname, '../../examples/sme-loans')
const published = path.resolve(example, '../../../shared/data/enterprises/ppp-montana.csv')
const text = await readFile(path.join(example, 'product.json'), 'utf8')
const product = parseMessage(Product, JSON.parse(text))
const lenders = required(product.parts[0]).roster

const few = `loan_id,lender,naics,city,business_type,jobs,amount_cents,approved
L01,A,311811,X,Corporation,12,1050000,2020-04-03
L02,A,325412,X,Limited  Liability Company(LLC),,1000099,2020-04-03
L03,A,,X,,7,2000000,2020-04-03
L04,A,449110,X,Joint Venture,1,5,2020-04-03
L05,B,311811,X,Corporation,1,100,2020-04-03
L06,B,,X,Trust,2,300,2020-04-03
L07,B,111998,X,Corporation,,500,2020-04-03
L08,C,488510,X,Corporation,1,14999999,2020-04-03
L09,C,493110,X,Corporation,500,1,2020-04-03
L10,D,921110,X,Non-Profit Organization,3,1234567,2020-04-03
`

/** One loan of one holder, as the test itself reads it from the one big file. */
interface Loan {
  readonly holder: number
  readonly codes: Readonly<Record<string, string>>
  readonly amount: bigint
  readonly jobs: bigint
}

t.test('a handful of loans: nothing is released, and every holder reads its own', async (t) => {
  const folder = t.testdir({ 'loans.csv': few })
  const input = path.join(folder, 'loans.csv')
  await askAll(t, folder, input, 0)
})

const skip = !existsSync(published) && 'the published loans are not beside this clone'

t.test('the published loans of the four largest lenders', { skip }, async (t) => {
  await askAll(t, t.testdir(), published, 1)
})

async function askAll(t: Test, folder: string, input: string, least: number): Promise<void> {
  const sources = await openLenders(t, folder, input)
  const space = await openTestSpace(t, { product, sources: (did) => required(sources.get(did)) })
  const loans = await readLoans(input)
  for (const name of ['by-sector', 'by-type', 'crossed']) {
    const file = JSON.parse(await readFile(path.join(example, 'queries', `${name}.json`), 'utf8'))
    const { groupBy, measures, where } = file
    const query = parseMessage(Query, { product: product.product, groupBy, measures, where })
    const outcome = await new Relay(space, { query }).run()
    if (outcome.kind !== 'answer') throw new Error('the session was voided')
    const seen = outcome.answer.groups.map(({ codes, figures }) => [
      codes.join('|'),
      figures?.map((figure) => ('count' in figure ? figure.count : 'sum' in figure && figure.sum)),
    ])
    const expected = outcome.answer.groups.map(({ codes }) => {
      const own = loans.filter((loan) =>
        groupBy.every((d: string, i: number) => loan.codes[d] === codes[i]),
      )
      return [codes.join('|'), figuresOf(own)]
    })
    t.same(seen, expected, name)
    t.ok(seen.filter(([, figures]) => figures !== undefined).length >= least, `${name}: released`)
  }
}

/** The rules, plainly: k = 10, three lenders, p % = 10 at each lender for each sum, spread. */
function figuresOf(loans: readonly Loan[]): readonly bigint[] | undefined {
  const parts = [0, 1, 2, 3].map((holder) => loans.filter((loan) => loan.holder === holder))
  const held = parts.filter((part) => part.length > 0)
  const columns = [(loan: Loan) => loan.amount, (loan: Loan) => loan.jobs]
  const isReleased =
    loans.length >= 10 &&
    held.length >= 3 &&
    columns.every((column) => held.every((part) => isUndominated(part.map(column)))) &&
    columns.every((column) => held.some((part) => new Set(part.map(column)).size > 1))
  if (!isReleased) return undefined
  const sum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n)
  return [BigInt(loans.length), ...columns.map((column) => sum(loans.map(column)))]
}

function isUndominated(values: readonly bigint[]): boolean {
  const [first = 0n, , ...rest] = values.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return rest.reduce((a, b) => a + b, 0n) * 10n >= first
}

async function readLoans(input: string): Promise<Loan[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const all = `read_csv($1, header = true, all_varchar = true)`
  const result = await connection.run(
    `WITH l AS (SELECT * FROM ${all}), top AS (SELECT lender, row_number() OVER
       (ORDER BY count(*) DESC, lender) - 1 AS holder FROM l GROUP BY lender)
     SELECT holder, naics, business_type, jobs, amount_cents FROM l JOIN top USING (lender)
     WHERE holder < 4`,
    [input],
  )
  const rows = await result.getRows()
  connection.closeSync()
  return rows.map(([holder, naics, type, jobs, cents]) => ({
    holder: Number(holder),
    codes: { sector: sectorOf(naics), business_type: typeOf(type) },
    amount: BigInt(String(cents)),
    jobs: BigInt(String(jobs ?? 0)),
  }))
}

function sectorOf(naics: unknown): string {
  if (naics === null) return 'missing'
  const two = Number(String(naics).slice(0, 2))
  const sectors = required(product.dimensions[0]).categories.map(({ code }) => code)
  const found = sectors.find((code) => {
    const [from = '', to = from] = code.split('-')
    return Number(from) <= two && two <= Number(to)
  })
  return required(found)
}

const TYPES: Readonly<Record<string, string>> = {
  'Limited  Liability Company(LLC)': 'llc',
  'Subchapter S Corporation': 's-corporation',
  'Non-Profit Organization': 'non-profit',
  'Self-Employed Individuals': 'self-employed',
  'Independent Contractors': 'contractor',
  'Limited Liability Partnership': 'llp',
  'Non-Profit Childcare Center': 'non-profit-childcare',
  'Employee Stock Ownership Plan(ESOP)': 'esop',
}

function typeOf(type: unknown): string {
  if (type === null) return 'missing'
  return TYPES[String(type)] ?? String(type).toLowerCase().replaceAll(' ', '-')
}

/** Each lender's own books, opened by its own mapping; lender C's is a PostgreSQL table. */
async function openLenders(
  t: Test,
  folder: string,
  input: string,
): Promise<ReadonlyMap<string, PartSource>> {
  const server = await testServer()
  t.teardown(() => server.stop())
  const ownerUrl = await testDatabase(t)
  const home = await server.createDatabase({ name: 'reader_home', owner: 'baotu_test_reader' })
  const readerUrl = new URL(home)
  readerUrl.pathname = new URL(ownerUrl).pathname
  const folderOf = (did: string) => path.join(folder, did.replaceAll(':', '-'))
  const folderFor = async (did: string) => {
    await mkdir(folderOf(did), { recursive: true, mode: 0o700 })
    return folderOf(did)
  }
  const databaseFor = async () => ownerUrl
  await splitLoans(input, { folderFor, databaseFor, progress: () => undefined })
  await grantReading(ownerUrl, 'baotu_test_reader')
  const opened = new Map<string, PartSource>()
  for (const did of lenders) {
    const mapping = `${did.split(':').at(-1)?.split('.')[0]}.json`
    await copyFile(path.join(example, 'holders', mapping), path.join(folderOf(did), mapping))
    const secret = path.join(folderOf(did), 'prepared-database')
    await writeFile(secret, readerUrl.href, { mode: 0o600 })
    const sources = [{ product: product.product, part: 'loans', mapping }]
    const held = await openPartSources({ sources }, folderOf(did), [product])
    t.teardown(() => held[Symbol.asyncDispose]())
    opened.set(did, required(held.of(product.product, 'loans')))
  }
  return opened
}

async function grantReading(ownerUrl: string, reader: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  const base = new URL(ownerUrl).pathname.slice(1)
  await client.query(`GRANT CONNECT ON DATABASE "${base}" TO "${reader}";
    GRANT SELECT ON public.loans TO "${reader}"`)
  await client.end()
}
