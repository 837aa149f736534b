import t from 'tap'
import { openQuerySignals } from '#gateway/store/query-signals'
import type { GatewayDatabase } from '#gateway/store/schema'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '#test/support/database'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'

const gateway = await openTestGateway(t)
const parties = new Counterparts(gateway)
const { bank, release } = parties.members

t.test('a stage that one replica reaches wakes who waits at the other', async (t) => {
  const request = await parties.playTo('opening')
  const url = `/queries/${request}?waitMs=30000&after=opening`
  const waiting = gateway.call(bank, { method: 'GET', url, replica: 0 })
  const task = await parties.leased(release, 'open-session')
  const body = { fence: task.fence, answer: { session: await parties.opening(task) } }
  const answer = `/tasks/${task.task}/answer`
  await gateway.call(release, { method: 'POST', url: answer, body, replica: 1 })
  t.match((await waiting).json, { stage: 'advertising' })

  const seen = await gateway.call(bank, { method: 'GET', url, replica: 0 })
  t.match(seen.json, { stage: 'advertising' }, 'a stage that was missed is told at once')
  const quiet = `/queries/${request}?waitMs=50&after=advertising`
  const same = await gateway.call(bank, { method: 'GET', url: quiet })
  t.match(same.json, { stage: 'advertising' }, 'nothing new is an answer too')
  const endless = `/queries/${request}?waitMs=30001&after=advertising`
  const refused = await gateway.call(bank, { method: 'GET', url: endless })
  t.match(refused.json, { code: 'INVALID_REQUEST' })
})

t.test('an ended query is not waited for', async (t) => {
  await parties.drainAll()
  const request = await parties.playTo('opening')
  await parties.refuse(release, await parties.leased(release, 'open-session'), 'RELEASE_BUSY')
  const url = `/queries/${request}?waitMs=30000&after=void`
  t.match((await gateway.call(bank, { method: 'GET', url })).json, { stage: 'void' })
})

t.test('signals', async (t) => {
  const url = await testDatabase(t)
  const lost: Error[] = []
  const options = { url, reconnectMs: 10, onLost: (error: Error) => void lost.push(error) }
  const signals = await openQuerySignals(options)
  const db = await openStore<GatewayDatabase>({ url, party: 'test' })
  t.teardown(async () => {
    await signals[Symbol.asyncDispose]()
    await db.destroy()
  })
  const never = new AbortController().signal
  const notify = (request: string) => db.transaction().execute((tx) => signals.changed(tx, request))

  t.test('wake those who wait for that query, when the transaction commits', async (t) => {
    using mine = signals.next('a', never)
    using other = signals.next('b', AbortSignal.timeout(50))
    await db
      .transaction()
      .execute(async (tx) => {
        await signals.changed(tx, 'a')
        throw new Error('rolled back')
      })
      .catch(() => undefined)
    const first = await Promise.race([
      mine.changed.then(() => 'a'),
      other.changed.then(() => 'time'),
    ])
    t.equal(first, 'time', 'not for what was undone')
    await notify('a')
    await mine.changed
  })

  t.test('survive a lost connection: everybody looks again', async (t) => {
    using waiting = signals.next('a', never)
    await db.connection().execute(async (connection) => {
      const { sql } = await import('kysely')
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where query like 'listen%'`.execute(connection)
    })
    await waiting.changed
    t.equal(lost.length, 1)
    for (;;) {
      using again = signals.next('a', AbortSignal.timeout(50))
      await notify('a')
      const woken = await Promise.race([
        again.changed.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 40)),
      ])
      if (woken) break
    }
    t.pass('and listens again')
  })
})
