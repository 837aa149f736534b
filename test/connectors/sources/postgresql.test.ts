import type pg from 'pg'
import t from 'tap'
import { PostgresqlSession } from '#connectors/sources/postgresql-session'
import type { Source } from '#connectors/sources/source'
import type { Product } from '#protocol/messages/product'
import { testServer } from '#test/support/database'
import type { TapTest } from '#test/support/tap-test'
import { openIn, secretFile } from './opening.ts'
import { databaseWithReader } from './reader.ts'

const title = { zh: 'x', en: 'x' }

const product: Product = {
  product: 'urn:baotu:product:table',
  version: 1,
  title,
  collections: [],
  disjointUnits: true,
  dimensions: [{ name: 'sector', title, categories: [{ code: 'A', title }] }],
  grids: [],
  columns: [
    { name: 'tax', title, part: 'p', kind: 'amount', unit: 'fen', range: ['0', '1000'], level: 1 },
  ],
  parts: [{ name: 'p', title, roster: ['did:web:p.example'], maxUnits: '1000' }],
}

const mapping = (url: object, more: object = {}, relation: object = {}) => ({
  part: 'p',
  source: {
    kind: 'postgresql',
    database: { url },
    relation: { schema: 'public', name: 'firms', ...relation },
    ...more,
  },
  unit: { key: { column: 'id' } },
  fields: { sector: { from: { column: 'sector' } }, tax: { from: { column: 'tax' } } },
})

const question = {
  part: 'p',
  groupBy: [],
  where: [],
  amounts: [{ column: 'tax', lower: 0n, upper: 1000n, squares: false }],
  flags: [],
}
const limits = { deadlineMs: 30_000 }

interface Firms {
  readonly owner: pg.Client
  readonly url: { readonly file: string }
  readonly reader: string
  open(more?: object, relation?: object): Promise<Source>
}

async function firms(t: TapTest): Promise<Firms> {
  const folder = t.testdir()
  const { owner, grant, readerUrl: url, reader } = await databaseWithReader(t, folder)
  await owner.query(`CREATE TABLE firms (id text, sector text, tax bigint, note text);
    INSERT INTO firms VALUES ('1', 'A', 7, 'x'), ('2', 'A', 9, NULL)`)
  await grant('firms')
  const open = (more = {}, relation = {}) => openIn(folder, mapping(url, more, relation), product)
  return { owner, url, reader, open }
}

t.test('a role that could write does not start', async (t) => {
  const { owner, reader, open } = await firms(t)
  const refused = async (message: RegExp) => {
    await using source = await open()
    await t.rejects(source.check(), { code: 'SOURCE_ROLE', message })
  }
  await using allowed = await open()
  t.match(await allowed.check(), { rows: 2n, units: 2n })
  for (const right of ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'UPDATE (note)']) {
    await owner.query(`GRANT ${right} ON firms TO ${reader}`)
    await refused(/changes tables/)
    await owner.query(`REVOKE ${right} ON firms FROM ${reader}`)
  }
  await owner.query(`CREATE SCHEMA other; CREATE TABLE other.t (a int);
    GRANT USAGE ON SCHEMA other TO PUBLIC; GRANT INSERT ON other.t TO PUBLIC`)
  await refused(/changes tables$/)
  await owner.query(
    `REVOKE INSERT ON other.t FROM PUBLIC; GRANT CREATE ON SCHEMA other TO ${reader}`,
  )
  await refused(/creates tables$/)
  await owner.query('DROP SCHEMA other CASCADE')
  await using again = await open()
  await again.check()
})

t.test('the owner of the tables is refused too', async (t) => {
  const { owner } = await firms(t)
  const url = `postgresql://${owner.user}:${owner.password}@${owner.host}:${owner.port}/${owner.database}`
  const folder = t.testdir()
  await using source = await openIn(folder, mapping(await secretFile(folder, url)), product)
  await t.rejects(source.check(), { code: 'SOURCE_ROLE', message: /creates .*changes tables/ })
  await using session = await PostgresqlSession.begin(url, 5000, new Set())
  const insert = { text: `INSERT INTO public.firms VALUES ('3', 'A', 1)`, values: [] }
  await t.rejects(session.ask(insert), { code: 'SOURCE_ENGINE', message: 'PostgreSQL: 25006' })
  await t.resolves(owner.query(insert.text), 'outside of our session the owner can')
})

t.test('the version is the content: any server, any order of rows', async (t) => {
  const [here, there] = [await firms(t), await firms(t)]
  const versionOf = async ({ open }: Firms, more?: object) => {
    await using source = await open(more)
    return await source.version()
  }
  const first = await versionOf(here)
  await there.owner.query(
    `DELETE FROM firms WHERE id = '1'; INSERT INTO firms VALUES ('1', 'A', 7)`,
  )
  t.equal(await versionOf(there), first, 'columns that the mapping does not read do not count')
  const changes = [
    `UPDATE firms SET tax = 8 WHERE id = '1'`,
    `INSERT INTO firms SELECT * FROM firms WHERE id = '2'`,
    `DELETE FROM firms WHERE id = '2'`,
    `UPDATE firms SET id = '1A', sector = '' WHERE id = '1'; UPDATE firms SET sector = 'A'`,
  ]
  const seen = new Set([first])
  for (const change of changes) {
    await there.owner.query(change)
    seen.add(await versionOf(there))
  }
  t.equal(seen.size, 1 + changes.length, 'every change is another version')
  t.not(await versionOf(here, { declaredVersion: '2026-Q3' }), first)
  t.not(await versionOf(here, { empties: ['-'] }), first, 'another mapping is another version')
})

t.test('a table that changes is noticed; a change elsewhere is none', async (t) => {
  const { owner, open } = await firms(t)
  await using source = await open()
  const sum = async () => (await source.run(question, limits))[0]?.amounts[0]?.sum
  t.equal(await sum(), 16n)
  await owner.query('CREATE TABLE elsewhere (a int); INSERT INTO elsewhere VALUES (1)')
  t.equal(await sum(), 16n)
  await owner.query(`INSERT INTO firms VALUES ('3', 'A', 1)`)
  await t.rejects(source.run(question, limits), { code: 'SOURCE_CHANGED' })
  await t.rejects(source.version(), { code: 'SOURCE_CHANGED' })
  await owner.query(`DELETE FROM firms WHERE id = '3'`)
  t.equal(await sum(), 16n, 'the same rows are the same version')
})

t.test('a declared version lets rows change, but none in that the mapping refuses', async (t) => {
  const { owner, open } = await firms(t)
  await using source = await open({ declaredVersion: '2026-Q3' })
  await source.check()
  await owner.query(`INSERT INTO firms VALUES ('2', 'A', 100)`)
  t.match(await source.run(question, limits), [{ units: 2n, amounts: [{ sum: 116n }] }])
  const bad = [`('4', 'Z', 1)`, `('5', NULL, 1)`, `(NULL, 'A', 1)`, `('6', 'A', NULL)`]
  for (const row of bad) {
    await owner.query(`INSERT INTO firms VALUES ${row}`)
    const usesAll = { ...question, groupBy: [{ dimension: 'sector', codes: ['A'] }] }
    await t.rejects(source.run(usesAll, limits), { code: 'SOURCE_CHANGED' }, row)
    await owner.query('DELETE FROM firms WHERE ctid = (SELECT max(ctid) FROM firms)')
  }
  await source.run(question, limits)
})

t.test('views count as relations; what is not there or not readable is refused', async (t) => {
  const { owner, reader, open } = await firms(t)
  await owner.query(`CREATE VIEW v AS SELECT id, sector, tax FROM firms WHERE id = '1';
    GRANT SELECT ON v TO ${reader}; CREATE TABLE closed AS SELECT * FROM firms;
    CREATE TABLE "odd; --" (id text, "Sector" text, tax real);
    GRANT SELECT ON "odd; --" TO ${reader}`)
  await using view = await open({}, { name: 'v' })
  t.match(await view.run(question, limits), [{ units: 1n }])
  const refused = async (relation: object, wanted: { code: string; problems?: object[] }) => {
    await using source = await open({}, relation)
    await t.rejects(source.check(), wanted)
  }
  await refused({ name: 'nowhere' }, { code: 'SOURCE_MISSING' })
  await refused({ name: `firms'; --` }, { code: 'SOURCE_MISSING' })
  await refused(
    { name: 'closed' },
    { code: 'MAPPING_REFUSED', problems: [{ code: 'COLUMN_TYPE' }] },
  )
  await refused(
    { name: 'odd; --' },
    {
      code: 'MAPPING_REFUSED',
      problems: [
        { code: 'COLUMN_MISSING', text: /did you mean `Sector`\?/ },
        { code: 'COLUMN_TYPE', column: 'tax' },
      ],
    },
  )
})

t.test('an unreachable server, a wrong password: a code and no URL', async (t) => {
  const folder = t.testdir()
  for (const url of ['postgresql://me:secret-4711@127.0.0.1:9/x', `not a url secret-4711`]) {
    await using source = await openIn(folder, mapping(await secretFile(folder, url)), product)
    const error = await source.check().catch((error: unknown) => error)
    t.match(error, { code: 'SOURCE_UNREACHABLE' })
    t.notMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret|4711|127\.0\.0\.1/)
  }
})

t.test('a deadline ends the statement at the server as well', async (t) => {
  const { owner, reader, open } = await firms(t)
  await using source = await open({ declaredVersion: '1' })
  await source.check()
  await owner.query('BEGIN; LOCK TABLE firms IN ACCESS EXCLUSIVE MODE')
  await t.rejects(source.run(question, { deadlineMs: 150 }), { code: 'SOURCE_DEADLINE' })
  const abort = new AbortController()
  const aborted = source.run(question, { ...limits, signal: abort.signal })
  await waitFor(owner, reader, 1)
  abort.abort()
  await t.rejects(aborted, { code: 'SOURCE_ABORTED' })
  await waitFor(owner, reader, 0)
  await owner.query('COMMIT')
  t.equal((await source.run(question, limits)).length, 1)
})

/** Until so many statements of the role wait for a lock; which of us is faster does not matter. */
async function waitFor(owner: pg.Client, role: string, waiting: number): Promise<void> {
  const { rows } = await owner.query(
    `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE c.relname = 'firms' AND NOT l.granted AND $1 <> ''`,
    [role],
  )
  if (rows[0]?.n === waiting) return
  await new Promise((resolve) => setTimeout(resolve, 20))
  await waitFor(owner, role, waiting)
}

t.teardown(async () => {
  await (await testServer()).stop()
})
