import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import t from 'tap'
import { openStore } from '#runtime/store/open-store'
import { isStoreDown } from '#runtime/store/store-down'
import { testDatabase } from '#test/support/database'

async function failure(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  )
}

t.test('a server that cannot serve now is told from work that is wrong', async (t) => {
  const url = await testDatabase(t)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  client.on('error', () => undefined)
  const query = (sql: string) => failure(() => client.query(sql))
  t.ok(isStoreDown(await query("do $$ begin raise exception using errcode = '53100'; end $$")))
  t.ok(isStoreDown(await query('set statement_timeout = 20; select pg_sleep(5)')), 'cancelled')
  await query('rollback; set default_transaction_read_only = on')
  t.ok(isStoreDown(await query('create table t (id int)')), 'read-only')
  t.notOk(isStoreDown(await query('select 1 / 0')), 'a division by zero')
  t.notOk(isStoreDown(await query('nonsense')), 'a mistake of ours')
  const ended = query('select pg_terminate_backend(pg_backend_pid())')
  t.ok(isStoreDown(await ended), 'the session was ended')
  t.ok(isStoreDown(await query('select 1')), 'and is used again')
  await client.end().catch(() => undefined)
  const closed = new URL(url)
  closed.port = '1'
  const nobody = () => openStore({ url: closed.href, party: 'test' })
  t.ok(isStoreDown(await failure(nobody)), 'nobody listens there')
  t.notOk(isStoreDown('ECONNREFUSED'))
})

t.test('a session that breaks within a transaction fails it, and not the process', async (t) => {
  const url = await testDatabase(t)
  await using db = await openStore<object>({ url, party: 'test' })
  const broken = db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db)
    // Without anybody to hear of it, the driver's event would end this process here.
    await delay(100)
    await sql`select 1`.execute(tx)
  })
  t.ok(isStoreDown(await failure(() => broken)))
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db)
  t.same(rows, [{ one: 1 }], 'the next one has another session')
})
