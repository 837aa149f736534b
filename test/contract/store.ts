import { type Kysely, sql, type Transaction } from 'kysely'
import type { MigrationSet } from '#runtime/store/migration'
import { openStore } from '#runtime/store/open-store'
import { PREPARED_LIMIT } from '#runtime/store/prepared-statements'
import { type InTransaction, oneWriter, transactionsOf } from '#runtime/store/transaction'
import { seededRandom } from '#test/support/fixtures'
import type { TapTest } from '#test/support/tap-test'

interface Tables {
  account: { id: string; units: bigint }
}

const STEPS: MigrationSet = {
  owner: 'bank',
  migrations: [
    {
      id: '0001-accounts',
      sql: 'create table account (id text primary key, units bigint not null)',
    },
    { id: '0002-first', sql: `insert into account values ('a', 9007199254740993), ('b', 0)` },
  ],
}

/** What every PostgreSQL that a party may run on has to do. `database` gives the URL of a new one. */
export function storeContract(t: TapTest, database: (t: TapTest) => Promise<string>): void {
  const open = (url: string, set = STEPS) =>
    openStore<Tables>({ url, party: 'test', migrations: [set] })

  t.test('integers past 2^53 come back exactly, alone, counted and in lists', async (t) => {
    await using db = await open(await database(t))
    const row = await db.selectFrom('account').selectAll().where('id', '=', 'a').executeTakeFirst()
    t.strictSame(row, { id: 'a', units: 9007199254740993n })
    const { rows } = await sql`select count(*) as n, array_agg(units order by id) as all,
      sum(units) as total, array[1::bigint, null] as holes from account`.execute(db)
    t.strictSame(rows, [
      { n: 2n, all: [9007199254740993n, 0n], total: '9007199254740993', holes: [1n, null] },
    ])
  })

  t.test('migrations are applied once, however many open at the same time', async (t) => {
    const url = await database(t)
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)))
    for (const store of stores) t.equal(await total(store), 9007199254740993n)
    await Promise.all(stores.map((store) => store.destroy()))
    const more = [...STEPS.migrations, { id: '0003-c', sql: `insert into account values ('c', 1)` }]
    await using db = await open(url, { owner: 'bank', migrations: more })
    t.equal(await total(db), 9007199254740994n, 'a later step is added')
  })

  t.test('a database that this program was not written for refuses', async (t) => {
    const url = await database(t)
    await (await open(url)).destroy()
    const [first, second] = STEPS.migrations
    if (!first || !second) throw new Error('two steps')
    const set = (...migrations: { id: string; sql: string }[]) => ({ owner: 'bank', migrations })
    const edited = { ...first, sql: `${first.sql} ` }
    await t.rejects(open(url, set(edited, second)), { code: 'MIGRATION_EDITED' })
    await t.rejects(open(url, set(first)), { code: 'MIGRATION_UNKNOWN' })
    await t.rejects(open(url, set(second, first)), { code: 'MIGRATION_ORDER' })
    await t.rejects(open(url, set(first, { ...second, id: '0002-Second' })), {
      code: 'MIGRATION_ORDER',
    })
    await t.resolves(open(url, { owner: 'other', migrations: [] }).then((db) => db.destroy()))
  })

  t.test('a step that fails leaves nothing of itself', async (t) => {
    const url = await database(t)
    const broken = { id: '0003-broken', sql: `insert into account values ('d', 1); select 1 / 0` }
    await t.rejects(open(url, { ...STEPS, migrations: [...STEPS.migrations, broken] }), {
      code: '22012',
    })
    await using db = await open(url)
    t.equal(await total(db), 9007199254740993n)
  })

  t.test('a session plans a statement once, and no more than so many', async (t) => {
    await using db = await open(await database(t))
    await db.connection().execute(async (session) => {
      const kept = sql<{ statement: string; planned: bigint }>`select statement,
        generic_plans + custom_plans as planned from pg_prepared_statements order by prepare_time`
      for (const id of ['a', 'b', 'a']) t.type(await balance(session, id), 'bigint')
      const { rows } = await kept.execute(session)
      t.match(rows.at(-1), { statement: /select "units" from "account"/, planned: 3n })
      for (let i = 0; i <= PREPARED_LIMIT; i += 1) {
        await sql`select ${i}::int as ${sql.ref(`column ${i}`)}`.execute(session)
      }
      t.equal((await kept.execute(session)).rows.length, PREPARED_LIMIT)
    })
  })

  t.test('a table that gets a column under a running program is read on', async (t) => {
    await using db = await open(await database(t))
    await db.connection().execute(async (session) => {
      const all = () => session.selectFrom('account').selectAll().where('id', '=', 'b').execute()
      await sql`prepare unsafe as select * from account`.execute(session)
      t.strictSame(await all(), [{ id: 'b', units: 0n }])
      await sql`alter table account add column note text`.execute(session)
      t.strictSame(await all(), [{ id: 'b', units: 0n, note: null }])
      t.equal(await balance(session, 'b'), 0n)
      const message = /cached plan must not change result type/
      await t.rejects(sql`execute unsafe`.execute(session), message, 'control: prepared, it fails')
    })
  })

  t.test('60 transfers of one unit in parallel lose and make nothing', async (t) => {
    await using db = await open(await database(t))
    const inTransaction = transactionsOf(db, { random: seededRandom('transfers'), attempts: 100 })
    const transfer = () =>
      inTransaction(async (tx) => {
        const from = await balance(tx, 'a')
        const to = await balance(tx, 'b')
        await tx
          .updateTable('account')
          .set({ units: from - 1n })
          .where('id', '=', 'a')
          .execute()
        await tx
          .updateTable('account')
          .set({ units: to + 1n })
          .where('id', '=', 'b')
          .execute()
      })
    await Promise.all(Array.from({ length: 60 }, transfer))
    t.equal(await balance(db, 'b'), 60n)
    t.equal(await total(db), 9007199254740993n)
  })

  t.test('one writer takes turns: nothing collides, and a failure is its own', async (t) => {
    await using db = await open(await database(t))
    const options = { random: seededRandom('turns'), attempts: 1 }
    const bump = (tx: Transaction<Tables>) =>
      tx.updateTable('account').set({ units: sql`units + 1` }).where('id', '=', 'b').execute()
    const collided = async (inTransaction: InTransaction<Tables>) => {
      const all = Array.from({ length: 20 }, () => inTransaction(bump))
      const settled = await Promise.allSettled(all)
      return settled.filter(({ status }) => status === 'rejected').length
    }
    const writer = oneWriter(transactionsOf(db, options))
    const failing = writer(async () => {
      throw new Error('its own')
    })
    const [own, others] = await Promise.all([failing.catch(String), collided(writer)])
    t.same([own, others], ['Error: its own', 0])
    t.not(await collided(transactionsOf(db, options)), 0, 'without turns some collide')
  })

  t.test('the same transfers without our transactions lose some', async (t) => {
    await using db = await open(await database(t))
    const bump = () =>
      db
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (tx) => {
          const to = await balance(tx, 'b')
          await sql`select pg_sleep(0.01)`.execute(tx)
          await tx
            .updateTable('account')
            .set({ units: to + 1n })
            .where('id', '=', 'b')
            .execute()
        })
    await Promise.all(Array.from({ length: 8 }, bump))
    t.ok((await balance(db, 'b')) < 8n)
  })

  t.test('work that always collides is given up with a code, other errors pass', async (t) => {
    await using db = await open(await database(t))
    let runs = 0
    const options = { random: seededRandom('x'), sleep: async () => {}, attempts: 3 }
    const inTransaction = transactionsOf(db, options)
    const collide = (code: string) =>
      inTransaction(async (tx) => {
        runs += 1
        await sql`update account set units = units + 1`.execute(tx)
        await sql.raw(`do $$ begin raise exception sqlstate '${code}'; end $$`).execute(tx)
      })
    await t.rejects(collide('40001'), { code: 'TRANSACTION_CONFLICT', cause: { code: '40001' } })
    await t.rejects(collide('40P01'), { code: 'TRANSACTION_CONFLICT' })
    t.equal(runs, 6)
    await t.rejects(collide('23505'), { code: '23505' })
    t.equal(runs, 7)
    t.equal(await total(db), 9007199254740993n, 'nothing was done')
  })
}

async function balance(db: Kysely<Tables>, id: string): Promise<bigint> {
  const query = db.selectFrom('account').select('units').where('id', '=', id)
  return (await query.executeTakeFirstOrThrow()).units
}

async function total(db: Kysely<Tables>): Promise<bigint> {
  const { rows } = await sql<{ n: string }>`select sum(units) as n from account`.execute(db)
  return BigInt(rows[0]?.n ?? 0)
}
