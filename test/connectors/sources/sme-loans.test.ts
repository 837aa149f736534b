import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { loadMapping } from '#connectors/mapping/read-mapping'
import { openSource } from '#connectors/sources/open-source'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import { testDatabase, testServer } from '#test/support/database'
import type { TapTest } from '#test/support/tap-test'
import { prepareLoans } from '../../../examples/sme-loans/prepare.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const text = await readFile(path.join(root, 'examples/sme-loans/product.json'), 'utf8')
const product = parseMessage(Product, JSON.parse(text))
const published = path.join(root, '../shared/data/enterprises/ppp-montana.csv')

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

const sector = product.dimensions[0]?.categories.map(({ code }) => code) ?? []
const question = {
  part: 'loans',
  groupBy: [{ dimension: 'sector', codes: sector }],
  where: [],
  amounts: [
    { column: 'amount', lower: 0n, upper: 15_000_000n, squares: false },
    { column: 'jobs', lower: 0n, upper: 500n, squares: false },
  ],
  flags: [],
}

/** [loans, cents, jobs] by sector, as a person would add them up from the one big file. */
async function expected(input: string, lender: string): Promise<Record<string, bigint[]>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const result = await connection.run(
    `SELECT naics, jobs, amount_cents FROM read_csv($1, header = true, all_varchar = true)
     WHERE lender = $2`,
    [input, lender],
  )
  const totals: Record<string, bigint[]> = {}
  for (const [naics, jobs, cents] of await result.getRows()) {
    const two = naics === null ? 'missing' : String(naics).slice(0, 2)
    const code = sector.find((code) => code === two || inRange(two, code)) ?? 'none'
    const [loans = 0n, sum = 0n, heads = 0n] = totals[code] ?? []
    totals[code] = [loans + 1n, sum + BigInt(String(cents)), heads + BigInt(String(jobs ?? 0))]
  }
  connection.closeSync()
  return totals
}

function inRange(digits: string, code: string): boolean {
  const [from, to] = code.split('-')
  return to !== undefined && from !== undefined && from <= digits && digits <= to
}

async function checkSplit(t: TapTest, folder: string, input: string): Promise<void> {
  const server = await testServer()
  t.teardown(() => server.stop())
  const ownerUrl = await testDatabase(t)
  const readerUrl = new URL(
    await server.createDatabase({ name: 'reader_home', owner: 'baotu_test_reader' }),
  )
  readerUrl.pathname = new URL(ownerUrl).pathname
  const state = path.join(folder, 'state')
  const database = { ownerUrl, readerUrl: readerUrl.href }
  const holders = await prepareLoans({ input, state, database })
  t.strictSame(
    holders.map(({ did }) => did),
    product.parts[0]?.roster,
  )
  for (const { lender, mapping: mappingPath = '' } of holders) {
    const mapping = await loadMapping(mappingPath)
    const clock = { now: () => Date.now() }
    await using source = await openSource({ mapping, product, mappingPath, clock })
    const groups = await source.run(question, { deadlineMs: 30_000 })
    const read = groups.map(({ group, units, amounts }) => {
      return [sector[group], [units, ...amounts.map(({ sum }) => sum)]]
    })
    t.same(Object.fromEntries(read), await expected(input, lender), lender)
  }
}

t.test('four holders keep a handful of loans in four ways', async (t) => {
  const folder = t.testdir({ 'loans.csv': few })
  await checkSplit(t, folder, path.join(folder, 'loans.csv'))
})

t.test('the published loans', { skip: !existsSync(published) && `no ${published}` }, async (t) => {
  await checkSplit(t, t.testdir(), published)
})
