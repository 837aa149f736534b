import { once } from 'node:events'
import { sql, type Transaction } from 'kysely'
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import type { LeasedTask } from '#runtime/store/task'
import { openTaskQueue, type TaskQueue } from '#runtime/store/task-queue'
import { collectGarbage } from '#test/support/collect-garbage'
import { killingAt } from '#test/support/killing'
import type { TapTest } from '#test/support/tap-test'
import {
  add,
  type Bench,
  deadOf,
  expireAll,
  finish,
  leased,
  lostLease,
  NOW,
  publish,
  RESULTS,
  request,
  results,
  type Tables,
  worker,
} from './task-bench.ts'

/** What the task queue has to do on every PostgreSQL that a party may run on. */
export async function taskQueueContract(t: TapTest, url: string): Promise<void> {
  const onError = t.error.bind(t)
  const db = await openStore<Tables>({ url, party: 'test', migrations: [RESULTS] })
  const queue = await openTaskQueue({ url, db, clock: systemClock, onError })
  t.teardown(async () => {
    await queue.close()
    await db.destroy()
  })
  let tests = 0
  const benchOf = async (): Promise<Bench> => {
    tests += 1
    await db.deleteFrom('result').execute()
    return { url, db, queue, recipient: `did:web:holder-${tests}.example` }
  }

  t.test('a task is there when its transaction committed, once however often asked', async (t) => {
    const bench = await benchOf()
    const { queue, recipient } = bench
    await t.rejects(add(bench, {}, new Error('rolled back')), { message: 'rolled back' })
    t.equal(await queue.lease(recipient, NOW), undefined)
    const first = await add(bench)
    const again = await add(bench)
    t.same([first.isNew, again], [true, { ...first, isNew: false }])
    await t.rejects(add(bench, { kind: 'other' }), { code: 'TASK_CONFLICT' })
    const task = await queue.lease(recipient, NOW)
    const { recipient: _, dedupeKey: __, ...shown } = request(recipient)
    t.match(task, { ...shown, taskId: first.taskId, attempt: 1 })
    t.equal(await queue.lease(recipient, NOW), undefined, 'leased to one')
    t.equal(await queue.lease('did:web:nobody.example', NOW), undefined, 'and to nobody else')
    await finish(bench, task)
    t.equal((await add(bench)).isNew, false, 'done is done')
    t.equal(await queue.lease(recipient, NOW), undefined)
  })

  t.test('of 200 who ask for one task at the same time, one gets it', async (t) => {
    const bench = await benchOf()
    const { queue, recipient } = bench
    await add(bench)
    const leases = await Promise.all(Array.from({ length: 200 }, () => queue.lease(recipient, NOW)))
    t.equal(leases.filter(Boolean).length, 1)
  })

  t.test('who waits is woken by an enqueue, also of another process, one for each', async (t) => {
    const bench = await benchOf()
    const { queue, recipient } = bench
    const second = await openTaskQueue({ url, db, clock: systemClock, onError })
    t.teardown(() => second.close())
    const wait = { waitMs: 10_000, leaseMs: 60_000 }
    const waiting = [queue, queue, second].map((queue) => queue.lease(recipient, wait))
    await Promise.all([1, 2, 3].map((n) => add(bench, { dedupeKey: `${n}` })))
    const tasks = await Promise.all(waiting)
    t.equal(new Set(tasks.map((task) => task?.taskId)).size, 3)
  })

  t.test('a wait ends with its time and with its signal, whatever is collected', async (t) => {
    const { queue, recipient } = await benchOf()
    // The engine may collect a signal that nobody but its timer holds.
    const collecting = setInterval(collectGarbage, 1)
    t.equal(await queue.lease(recipient, { waitMs: 0, leaseMs: 1000 }), undefined)
    t.equal(await queue.lease(recipient, { waitMs: 30, leaseMs: 1000 }), undefined)
    const signal = AbortSignal.timeout(30)
    t.equal(await queue.lease(recipient, { waitMs: 60_000, leaseMs: 1000, signal }), undefined)
    clearInterval(collecting)
  })

  t.test('a zombie cannot publish: its fence is refused in the transaction', async (t) => {
    const bench = await benchOf()
    const { queue } = bench
    const { zombie, heir } = await lostLease(bench)
    t.equal(heir.taskId, zombie.taskId)
    t.ok(heir.fence > zombie.fence)
    t.equal(heir.attempt, 2)
    await t.rejects(publish(bench, zombie, 'zombie'), { code: 'TASK_FENCED' })
    await t.rejects(queue.extend(zombie.taskId, zombie.fence, 1000), { code: 'TASK_FENCED' })
    t.same(await results(bench), [])
    await publish(bench, heir, 'heir')
    t.same(await results(bench), ['heir'])
    await t.rejects(publish(bench, heir, 'twice'), { code: 'TASK_FENCED' })
    await t.rejects(publish(bench, zombie, 'zombie'), { code: 'TASK_FENCED' })
  })

  t.test('the same zombie publishes where the fence is not looked at', async (t) => {
    const bench = await benchOf()
    const { queue } = bench
    const { zombie, heir } = await lostLease(bench)
    const unfenced: TaskQueue = { ...queue, complete: (tx, taskId) => endAnyLease(tx, taskId) }
    await publish({ ...bench, queue: unfenced }, zombie, 'zombie')
    t.same(await results(bench), ['zombie'])
    await t.rejects(
      publish(bench, heir, 'heir'),
      { code: 'TASK_FENCED' },
      'the heir worked in vain',
    )
  })

  t.test("zombie and heir at the same moment: one result, the heir's", async (t) => {
    const bench = await benchOf()
    for (let round = 0; round < 10; round += 1) {
      const { zombie, heir } = await lostLease(bench, `round ${round}`)
      const outcomes = await Promise.allSettled([
        publish(bench, zombie, 'zombie'),
        publish(bench, heir, 'heir'),
      ])
      t.same(
        outcomes.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      )
    }
    t.same(new Set(await results(bench)), new Set(['heir']))
  })

  t.test('a slow holder whose task nobody took meanwhile may still publish', async (t) => {
    const bench = await benchOf()
    await add(bench)
    const task = await leased(bench)
    await expireAll(bench)
    await publish(bench, task, 'slow')
    t.same(await results(bench), ['slow'])
  })

  t.test('many are leased and completed together, all or none', async (t) => {
    const bench = await benchOf()
    const { db, queue, recipient } = bench
    for (let n = 0; n < 5; n += 1) await add(bench, { dedupeKey: `${n}` })
    const tasks = await queue.leaseMany(recipient, { ...NOW, max: 4 })
    t.equal(new Set(tasks.map(({ fence }) => fence)).size, 4)
    const [first, ...others] = tasks
    if (!first) throw new Error('four tasks were there')
    await finish(bench, first)
    const completeMany = (held: LeasedTask[]) =>
      db.transaction().execute((tx) => queue.completeMany(tx, held))
    await t.rejects(completeMany(tasks), { code: 'TASK_FENCED' })
    await completeMany(others)
    await t.rejects(completeMany(others), { code: 'TASK_FENCED' })
    t.equal((await queue.leaseMany(recipient, { ...NOW, max: 4 })).length, 1)
  })

  t.test('an extended lease lasts', async (t) => {
    const bench = await benchOf()
    const { queue, recipient } = bench
    await add(bench)
    const task = await leased(bench)
    await expireAll(bench)
    await queue.extend(task.taskId, task.fence, 60_000)
    t.equal(await queue.lease(recipient, NOW), undefined)
  })

  t.test('who waits gets a task as soon as its lease runs out', async (t) => {
    const bench = await benchOf()
    const { queue, recipient } = bench
    await add(bench)
    const task = await queue.lease(recipient, { waitMs: 0, leaseMs: 100 })
    const next = await queue.lease(recipient, { waitMs: 4000, leaseMs: 60_000 })
    t.equal(next?.taskId, task?.taskId)
  })

  t.test(
    'a failed task comes again, a given-up one and one past its deadline do not',
    async (t) => {
      const bench = await benchOf()
      const { queue, recipient } = bench
      const fail = async (task: LeasedTask, retryAfterMs: number | 'never') =>
        db
          .transaction()
          .execute((tx) =>
            queue.fail(tx, task.taskId, task.fence, { code: 'SOURCE_DOWN', retryAfterMs }),
          )
      await add(bench)
      const first = await leased(bench)
      await fail(first, 0)
      const second = await leased(bench)
      t.equal(second.taskId, first.taskId)
      await t.rejects(fail(first, 0), { code: 'TASK_FENCED' })
      await fail(second, 'never')
      t.equal(await queue.lease(recipient, NOW), undefined)
      await add(bench, { dedupeKey: 'far', deadlineMs: Number.MAX_SAFE_INTEGER })
      await finish(bench, await leased(bench))
      await add(bench, { dedupeKey: 'late', deadlineMs: systemClock.now() - 1 })
      t.equal(await queue.lease(recipient, NOW), undefined)
      const dead = await deadOf(bench)
      t.same(dead.map(({ code }) => code).sort(), ['DEADLINE_PASSED', 'SOURCE_DOWN'])
      t.match(
        dead.find(({ code }) => code === 'SOURCE_DOWN'),
        { taskId: first.taskId, recipient },
      )
      t.equal((await add(bench)).isNew, false, 'a dead letter is not asked for again')
    },
  )

  t.test('after eight leases a task is a dead letter', async (t) => {
    const bench = await benchOf()
    const { queue, recipient } = bench
    await add(bench)
    const fences: bigint[] = []
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const task = await leased(bench)
      t.equal(task.attempt, attempt)
      fences.push(task.fence)
      await expireAll(bench)
    }
    t.equal(await queue.lease(recipient, NOW), undefined)
    t.match(await deadOf(bench), [{ code: 'LEASE_EXPIRED', recipient }])
    t.same(
      fences,
      [...new Set(fences)].sort((a, b) => Number(a - b)),
      'fences grew strictly',
    )
  })

  t.test(
    'workers killed between lease and result lose nothing and publish nothing twice',
    async (t) => {
      const bench = await benchOf()
      for (let n = 0; n < 6; n += 1) await add(bench, { dedupeKey: `${n}` })
      const killed = (['task-leased', 'task-completing'] as const).map(async (point) => {
        t.same(await once(worker(bench, killingAt(point, 2)), 'exit'), [null, 'SIGKILL'], point)
      })
      await Promise.all(killed)
      await once(worker(bench, []), 'exit')
      const done = await results(bench)
      t.equal(done.length, 6)
      t.same(await deadOf(bench), [])
    },
  )
}

async function endAnyLease<DB>(tx: Transaction<DB>, taskId: string): Promise<void> {
  await sql`delete from task_lease where task_id = ${taskId}`.execute(tx)
}
