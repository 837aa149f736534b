import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { DATABASE_URL_FILE } from '#cli/space/configurations'
import { databasesBy } from '#cli/space/databases'
import { loadSpace, type Space } from '#cli/space/load-space'
import { openConsumer } from '#cli/space/open-consumer'
import { readPolicies } from '#cli/space/read-policies'
import { type PartyProcess, splitSpace } from '#cli/space/split'
import { ensureStateFolder, type StateFolder } from '#cli/space/state-folder'
import { systemRandom } from '#crypto/random'
import type { Query } from '#protocol/messages/query'
import type { Question } from '#sdk/ask'
import type { Consumer } from '#sdk/consumer'
import { testServer } from './database.ts'
import { type Crew, openCrew, type PartyName, type TinyOptions } from './tiny-crew.ts'
import { bureauDid, type Rows, rowsFile, tinyProduct, writeTinySpace } from './tiny-files.ts'
import { TINY } from './tiny-policies.ts'
import { BUREAUS, type Bureau, firmsOf } from './tiny-rows.ts'

/** A small real space: three bureaus, a gateway, a release authority, each its own process. */
export interface TinySpace extends AsyncDisposable {
  readonly space: Space
  readonly state: StateFolder
  readonly crew: Crew
  readonly bank: Consumer
  readonly rows: Rows
  /** Counts and sums of tax by section and size, as changed. */
  readonly question: (change?: Partial<Query>) => Promise<Question>
  readonly rowsFile: (bureau: Bureau) => string
  readonly configFile: (did: string) => string
  /** What a statement gives in a party's own database. */
  readonly select: <Row extends pg.QueryResultRow>(did: string, sql: string) => Promise<Row[]>
}

/** Splits a tiny space by cli/space and starts it, its databases on the server of all tests. */
export async function openTinySpace(options: TinyOptions = {}): Promise<TinySpace> {
  await using owned = new AsyncDisposableStack()
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-tiny-'))
  owned.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const rows = options.rows ?? everyRow()
  const file = writeTinySpace(folder, options.replicas ?? 1, rows)
  writeFileSync(
    file,
    JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...options.file }),
  )
  const space = await loadSpace(file)
  const state = await ensureStateFolder(path.join(folder, 'state'), TINY.space)
  const databases = owned.use(await tinyDatabases())
  const now = () => Date.now()
  const io = { now, random: systemRandom, progress: () => undefined }
  const { processes } = await splitSpace(space, state, { ...io, databases })
  const configFile = (did: string) => path.join(state.partyFolder(did), 'config.json')
  configure(processes, configFile(TINY.bank), options)
  const crew = owned.use(openCrew(state, named(processes), options))
  await crew.startAll()
  const { consumer } = owned.use(await openConsumer(configFile(TINY.bank), io))
  const running = owned.move()
  return {
    ...{ space, state, crew, rows, configFile },
    bank: consumer,
    question: (change = {}) => questionOf(space, change),
    rowsFile: (bureau) => rowsFile(folder, bureau),
    select: (did, sql) => select(state, did, sql),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** What every party is called, and its process. */
export function named(processes: readonly PartyProcess[]): ReadonlyMap<PartyName, PartyProcess> {
  const replicas = processes.filter(({ role }) => role === 'gateway')
  const nameOf = (process: PartyProcess): PartyName => {
    const { did, role } = process
    if (role === 'gateway') return replicas.indexOf(process) === 0 ? 'gateway' : 'gateway-2'
    if (role !== 'connector') return role
    return BUREAUS.find((bureau) => bureauDid(bureau) === did) ?? 'jinan'
  }
  return new Map(processes.map((process) => [nameOf(process), process]))
}

function everyRow(): Rows {
  const [jinan, qingdao, binzhou] = BUREAUS.map(firmsOf)
  return { jinan: jinan ?? [], qingdao: qingdao ?? [], binzhou: binzhou ?? [] }
}

function configure(
  processes: readonly PartyProcess[],
  bank: string,
  { configure = (_, value) => value }: TinyOptions,
): void {
  const files = [...named(processes)].map(([name, { config }]) => [name, config] as const)
  for (const [name, file] of [...files, ['bank', bank] as const]) {
    const value = configure(name, JSON.parse(readFileSync(file, 'utf8')))
    writeFileSync(file, JSON.stringify(value, null, 2))
  }
}

let spaces = 0

// One role owns all of them: a role for each would stay in the server for ever.
async function tinyDatabases() {
  const server = await testServer()
  spaces += 1
  const prefix = `c${process.pid}_${spaces}_`
  const made = new Set<string>()
  const make = async (name: string) => {
    const own = `${prefix}${name}`.slice(0, 50)
    const url = await server.createDatabase({ name: own, owner: 'baotu_test' })
    made.add(own)
    return url
  }
  return databasesBy(make, async () => {
    const url = await server.createDatabase({ name: 'maintenance', owner: 'baotu_test' })
    const drops = [...made].map((name) => `drop database if exists ${name} with (force)`)
    await run(url, ...drops)
    await server.stop()
  })
}

async function questionOf(space: Space, change: Partial<Query>): Promise<Question> {
  const policies = await readPolicies(space)
  const digest = policies.find(({ id }) => id === TINY.contract)?.digest ?? ''
  const query: Query = {
    product: tinyProduct().product,
    groupBy: ['section', 'size'],
    measures: [{ function: 'count' }, { function: 'sum', column: 'tax12' }],
    where: [],
    ...change,
  }
  const { contract: id, scenario, purpose } = TINY
  return { query, scenario, purpose, contract: { id, digest }, requestRef: 'case-1' }
}

async function select<Row extends pg.QueryResultRow>(
  state: StateFolder,
  did: string,
  sql: string,
): Promise<Row[]> {
  const url = readFileSync(path.join(state.partyFolder(did), DATABASE_URL_FILE), 'utf8').trim()
  return await run<Row>(url, sql)
}

/** The rows of the last statement; each is a transaction of its own. */
async function run<Row extends pg.QueryResultRow>(
  url: string,
  ...statements: readonly string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    let rows: Row[] = []
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}
