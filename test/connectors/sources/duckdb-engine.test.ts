import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { DuckdbEngine } from '#connectors/sources/duckdb-engine'
import { engineSettings } from '#connectors/sources/duckdb-settings'
import { within } from '#connectors/sources/run-limits'

const SIZE = { threads: 1, memoryMb: 128 }

/** An engine in this process, so that the test may ask it anything. */
async function rawEngine(settings: readonly string[]): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  for (const setting of settings) await connection.run(setting)
  return connection
}

async function refusalOf(connection: DuckDBConnection, statement: string): Promise<string> {
  try {
    await connection.run(statement)
    return 'done'
  } catch (error) {
    return error instanceof Error ? (error.message.split(':')[0] ?? '') : 'unknown'
  }
}

t.test('the lock denies every way out; without it the same statements work', async (t) => {
  const folder = t.testdir({
    'own.csv': 'a\n1\n',
    "it's.csv": 'a\n2\n',
    'other.csv': 'a\n3\n',
    'other.json': '{"a": 3}',
  })
  const settings = engineSettings({ ...SIZE, paths: [`${folder}/own.csv`, `${folder}/it's.csv`] })
  const locked = await rawEngine(settings)
  const free = await rawEngine([])
  const probes = [
    `SELECT * FROM read_csv('${folder}/other.csv')`,
    `SELECT * FROM '${folder}/other.csv'`,
    `SELECT * FROM read_text('${folder}/other.csv')`,
    `SELECT * FROM read_blob('${folder}/own.csv/../other.csv')`,
    `SELECT * FROM read_json('${folder}/other.json')`,
    `SELECT * FROM glob('${folder}/*')`,
    `SELECT * FROM read_csv('${folder}/*.csv')`,
    `COPY (SELECT 1) TO '${folder}/out.csv'`,
    `COPY (SELECT 1) TO '${folder}/out.parquet' (FORMAT parquet)`,
    `EXPORT DATABASE '${folder}/export'`,
    `ATTACH '${folder}/other.db' AS other`,
    `SET memory_limit = '1GB'`,
    `SET threads = 2`,
    `RESET memory_limit`,
    `SET lock_configuration = false`,
    `SET temp_directory = '${folder}'`,
  ]
  for (const probe of probes) {
    t.match(await refusalOf(locked, probe), /Permission|Invalid Input|Binder|Catalog|IO/, probe)
    t.equal(await refusalOf(free, probe), 'done', `unlocked: ${probe}`)
  }
  // These need a network or an extension, which are not there: only the reason tells them apart.
  const remote = [
    `INSTALL httpfs`,
    `LOAD httpfs`,
    `SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')`,
  ]
  for (const probe of remote) {
    t.equal(await refusalOf(locked, probe), 'Permission Error', probe)
    t.not(await refusalOf(free, probe), 'Permission Error', `unlocked: ${probe}`)
  }
  for (const own of ['own.csv', "it''s.csv"]) {
    t.equal(await refusalOf(locked, `SELECT * FROM read_csv('${folder}/${own}')`), 'done')
  }
})

const statement = (text: string, values: readonly string[] = []) => ({ text, values })

t.test('the engine takes one SELECT at a time and nothing else', async (t) => {
  using engine = await DuckdbEngine.start(SIZE, new Map())
  const rows = await engine.select(statement('SELECT $1::text AS a, NULL AS b', ["x'; --"]))
  t.strictSame(rows, [["x'; --", null]])
  const refused = [
    'SELECT 1; SELECT 2',
    'SELECT 1; DROP TABLE relation',
    'CREATE TABLE t (a INTEGER)',
    'INSERT INTO relation VALUES (1)',
    'EXPLAIN ANALYZE SELECT 1',
    'CALL pragma_version()',
    'PREPARE p AS SELECT 1',
    '',
  ]
  for (const text of refused) {
    await t.rejects(engine.select(statement(text)), { code: 'SOURCE_ENGINE' }, text)
    await t.rejects(engine.explain(statement(text)), { code: 'SOURCE_ENGINE' }, text)
  }
  await engine.store('relation', statement('SELECT 1 AS a'))
  await t.rejects(engine.store('other', statement('SELECT 1 AS a')), { code: 'SOURCE_ENGINE' })
  const everything = statement('SELECT i::text FROM range(300001) AS r(i)')
  await t.rejects(engine.select(everything), { code: 'SOURCE_ENGINE' }, 'rows are not for fetching')
})

t.test("an engine's own words, which quote cells, go nowhere", async (t) => {
  using engine = await DuckdbEngine.start(SIZE, new Map())
  const failing = statement('SELECT CAST($1::text AS INTEGER)', ['secret-4711'])
  const error = await engine.select(failing).catch((error: unknown) => error)
  t.match(error, { code: 'SOURCE_ENGINE', message: 'DuckDB: Conversion Error' })
  t.notMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret|4711/)
  const control = await refusalOf(await rawEngine([]), `SELECT CAST('secret-4711' AS INTEGER)`)
  t.equal(control, 'Conversion Error', 'the engine does speak of it')
})

t.test('it has no environment of ours, and memory of its own that ends', async (t) => {
  using engine = await DuckdbEngine.start(SIZE, new Map())
  t.strictSame(
    await engine.select(statement(`SELECT getenv('PATH')`)).catch(() => 'refused'),
    'refused',
  )
  const large = statement(
    'SELECT count(DISTINCT i::text || repeat($1, 20))::text FROM range(20000000) r(i)',
    ['x'],
  )
  await t.rejects(engine.select(large), { code: 'SOURCE_MEMORY' })
  t.notOk(existsSync('.tmp'), 'nothing is spilled to a disk')
  t.strictSame(await engine.select(statement('SELECT 1::text')), [['1']])
})

t.test('a deadline ends what heeds no interrupt', async (t) => {
  using engine = await DuckdbEngine.start({ threads: 1, memoryMb: 8192 }, new Map())
  const pid = engine.processId
  const endless = statement(
    `SELECT max(length(repeat(repeat($1, 1000), 1000 + (i % 7))))::text FROM range(1000000000) r(i)`,
    ['x'],
  )
  const stop = () => engine[Symbol.dispose]()
  const running = within({ deadlineMs: 200 }, stop, () => engine.select(endless))
  await t.rejects(running, { code: 'SOURCE_DEADLINE' })
  await t.rejects(engine.select(statement('SELECT 1')), { code: 'SOURCE_ENGINE' })
  t.notOk(engine.isAlive)
  await gone(pid)
  t.pass('the process is gone')
})

async function gone(pid: number | undefined): Promise<void> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  if (state === '' || / [ZX] /.test(state)) return
  await new Promise((resolve) => setTimeout(resolve, 20))
  await gone(pid)
}
