import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Kysely, sql, type Transaction } from 'kysely'
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import type { LeasedTask, TaskRequest } from '#runtime/store/task'
import { openTaskQueue, type TaskQueue } from '#runtime/store/task-queue'
import { transactionsOf } from '#runtime/store/transaction'
import { seededRandom } from '#test/support/fixtures'
import { killingAt } from '#test/support/killing'
import type { TapTest } from '#test/support/tap-test'

interface Tables {
  result: { task_id: string; worker: string }
}

const RESULTS = {
  owner: 'test',
  migrations: [
    {
      id: '0001-result',
      sql: 'create table result (task_id uuid primary key, worker text not null)',
    },
  ],
}
const TAX = 'did:web:tax.jinan.example'

interface Bench {
  readonly url: string
  readonly db: Kysely<Tables>
  readonly queue: TaskQueue
}

/** What the task queue has to do on every PostgreSQL that a party may run on. */
export function taskQueueContract(t: TapTest, database: (t: TapTest) => Promise<string>): void {
  const open = async (t: TapTest): Promise<Bench> => {
    const url = await database(t)
    const db = await openStore<Tables>({ url, party: 'test', migrations: [RESULTS] })
    const queue = await openTaskQueue({ url, db, clock: systemClock, onError: t.error.bind(t) })
    t.teardown(async () => {
      await queue.close()
      await db.destroy()
    })
    return { url, db, queue }
  }

  t.test('a task is there when its transaction committed, once however often asked', async (t) => {
    const { db, queue } = await open(t)
    await t.rejects(add(db, queue, {}, new Error('rolled back')), { message: 'rolled back' })
    t.equal(await queue.lease(TAX, NOW), undefined)
    const first = await add(db, queue)
    const again = await add(db, queue)
    t.same([first.isNew, again], [true, { ...first, isNew: false }])
    await t.rejects(add(db, queue, { kind: 'other' }), { code: 'TASK_CONFLICT' })
    const task = await queue.lease(TAX, NOW)
    const { recipient: _, dedupeKey: __, ...shown } = request()
    t.match(task, { ...shown, taskId: first.taskId, attempt: 1 })
    t.equal(await queue.lease(TAX, NOW), undefined, 'leased to one')
    t.equal(await queue.lease('did:web:court.jinan.example', NOW), undefined, 'and to nobody else')
    await finish(db, queue, task)
    t.equal((await add(db, queue)).isNew, false, 'done is done')
    t.equal(await queue.lease(TAX, NOW), undefined)
  })

  t.test('of 200 who ask for one task at the same time, one gets it', async (t) => {
    const { db, queue } = await open(t)
    await add(db, queue)
    const leases = await Promise.all(Array.from({ length: 200 }, () => queue.lease(TAX, NOW)))
    t.equal(leases.filter(Boolean).length, 1)
  })

  t.test('who waits is woken by an enqueue, also of another process, one for each', async (t) => {
    const { url, db, queue } = await open(t)
    const second = await openTaskQueue({ url, db, clock: systemClock, onError: t.error.bind(t) })
    t.teardown(() => second.close())
    const wait = { waitMs: 10_000, leaseMs: 60_000 }
    const waiting = [queue, queue, second].map((queue) => queue.lease(TAX, wait))
    await Promise.all([1, 2, 3].map((n) => add(db, queue, { dedupeKey: `${n}` })))
    const tasks = await Promise.all(waiting)
    t.equal(new Set(tasks.map((task) => task?.taskId)).size, 3)
  })

  t.test('a wait ends with its time and with its signal', async (t) => {
    const { queue } = await open(t)
    t.equal(await queue.lease(TAX, { waitMs: 20, leaseMs: 1000 }), undefined)
    const signal = AbortSignal.timeout(20)
    t.equal(await queue.lease(TAX, { waitMs: 60_000, leaseMs: 1000, signal }), undefined)
  })

  t.test('a zombie cannot publish: its fence is refused in the transaction', async (t) => {
    const { db, queue } = await open(t)
    const { zombie, heir } = await lostLease(db, queue)
    t.equal(heir.taskId, zombie.taskId)
    t.ok(heir.fence > zombie.fence)
    t.equal(heir.attempt, 2)
    await t.rejects(publish(db, queue, zombie, 'zombie'), { code: 'TASK_FENCED' })
    await t.rejects(queue.extend(zombie.taskId, zombie.fence, 1000), { code: 'TASK_FENCED' })
    t.same(await results(db), [])
    await publish(db, queue, heir, 'heir')
    t.same(await results(db), ['heir'])
    await t.rejects(publish(db, queue, heir, 'twice'), { code: 'TASK_FENCED' })
    await t.rejects(publish(db, queue, zombie, 'zombie'), { code: 'TASK_FENCED' })
  })

  t.test('the same zombie publishes where the fence is not looked at', async (t) => {
    const { db, queue } = await open(t)
    const { zombie, heir } = await lostLease(db, queue)
    const unfenced: TaskQueue = { ...queue, complete: (tx, taskId) => endAnyLease(tx, taskId) }
    await publish(db, unfenced, zombie, 'zombie')
    t.same(await results(db), ['zombie'])
    await t.rejects(
      publish(db, queue, heir, 'heir'),
      { code: 'TASK_FENCED' },
      'the heir worked in vain',
    )
  })

  t.test("zombie and heir at the same moment: one result, the heir's", async (t) => {
    const { db, queue } = await open(t)
    for (let round = 0; round < 10; round += 1) {
      const { zombie, heir } = await lostLease(db, queue, `round ${round}`)
      const outcomes = await Promise.allSettled([
        publish(db, queue, zombie, 'zombie'),
        publish(db, queue, heir, 'heir'),
      ])
      t.same(
        outcomes.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      )
    }
    t.same(new Set(await results(db)), new Set(['heir']))
  })

  t.test('a slow holder whose task nobody took meanwhile may still publish', async (t) => {
    const { db, queue } = await open(t)
    await add(db, queue)
    const task = await leased(queue)
    await expireAll(db)
    await publish(db, queue, task, 'slow')
    t.same(await results(db), ['slow'])
  })

  t.test('an extended lease lasts', async (t) => {
    const { db, queue } = await open(t)
    await add(db, queue)
    const task = await leased(queue)
    await expireAll(db)
    await queue.extend(task.taskId, task.fence, 60_000)
    t.equal(await queue.lease(TAX, NOW), undefined)
  })

  t.test('who waits gets a task as soon as its lease runs out', async (t) => {
    const { db, queue } = await open(t)
    await add(db, queue)
    const task = await queue.lease(TAX, { waitMs: 0, leaseMs: 100 })
    const next = await queue.lease(TAX, { waitMs: 4000, leaseMs: 60_000 })
    t.equal(next?.taskId, task?.taskId)
  })

  t.test(
    'a failed task comes again, a given-up one and one past its deadline do not',
    async (t) => {
      const { db, queue } = await open(t)
      const fail = async (task: LeasedTask, retryAfterMs: number | 'never') =>
        db
          .transaction()
          .execute((tx) =>
            queue.fail(tx, task.taskId, task.fence, { code: 'SOURCE_DOWN', retryAfterMs }),
          )
      await add(db, queue)
      const first = await leased(queue)
      await fail(first, 0)
      const second = await leased(queue)
      t.equal(second.taskId, first.taskId)
      await t.rejects(fail(first, 0), { code: 'TASK_FENCED' })
      await fail(second, 'never')
      t.equal(await queue.lease(TAX, NOW), undefined)
      await add(db, queue, { dedupeKey: 'late', deadlineMs: systemClock.now() - 1 })
      t.equal(await queue.lease(TAX, NOW), undefined)
      const dead = await queue.deadTasks()
      t.same(dead.map(({ code }) => code).sort(), ['DEADLINE_PASSED', 'SOURCE_DOWN'])
      t.match(
        dead.find(({ code }) => code === 'SOURCE_DOWN'),
        { taskId: first.taskId, recipient: TAX },
      )
      t.equal((await add(db, queue)).isNew, false, 'a dead letter is not asked for again')
    },
  )

  t.test('after eight leases a task is a dead letter', async (t) => {
    const { db, queue } = await open(t)
    await add(db, queue)
    const fences: bigint[] = []
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const task = await leased(queue)
      t.equal(task.attempt, attempt)
      fences.push(task.fence)
      await expireAll(db)
    }
    t.equal(await queue.lease(TAX, NOW), undefined)
    t.match(await queue.deadTasks(), [{ code: 'LEASE_EXPIRED', recipient: TAX }])
    t.same(
      fences,
      [...new Set(fences)].sort((a, b) => Number(a - b)),
      'fences grew strictly',
    )
  })

  t.test(
    'workers killed between lease and result lose nothing and publish nothing twice',
    async (t) => {
      const { url, db, queue } = await open(t)
      for (let n = 0; n < 6; n += 1) await add(db, queue, { dedupeKey: `${n}` })
      for (const point of ['task-leased', 'task-completing'] as const) {
        const child = worker(url, killingAt(point, 2))
        t.same(await once(child, 'exit'), [null, 'SIGKILL'], point)
      }
      await once(worker(url, []), 'exit')
      const done = await results(db)
      t.equal(done.length, 6)
      t.same(await queue.deadTasks(), [])
    },
  )
}

const NOW = { waitMs: 0, leaseMs: 60_000 }

function request(change: Partial<TaskRequest> = {}): TaskRequest {
  return {
    spaceId: 'jinan',
    recipient: TAX,
    kind: 'aggregate',
    sessionId: 's-1',
    dedupeKey: 'k-1',
    body: { cells: [1, 'x', null, { deep: true }] },
    deadlineMs: systemClock.now() - (systemClock.now() % 86_400_000) + 172_800_000,
    ...change,
  }
}

function add(
  db: Kysely<Tables>,
  queue: TaskQueue,
  change: Partial<TaskRequest> = {},
  failure?: Error,
) {
  return transactionsOf(db, { random: seededRandom('add') })(async (tx) => {
    const added = await queue.enqueue(tx, request(change))
    if (failure) throw failure
    return added
  })
}

async function leased(queue: TaskQueue): Promise<LeasedTask> {
  const task = await queue.lease(TAX, NOW)
  if (!task) throw new Error('a task was there')
  return task
}

async function lostLease(db: Kysely<Tables>, queue: TaskQueue, dedupeKey = 'k-1') {
  await add(db, queue, { dedupeKey })
  const zombie = await leased(queue)
  await expireAll(db)
  return { zombie, heir: await leased(queue) }
}

// Moves time for the leases, instead of waiting for it.
async function expireAll(db: Kysely<Tables>): Promise<void> {
  await sql`update task_lease set expires_at = now() - interval '1 second'`.execute(db)
}

async function publish(db: Kysely<Tables>, queue: TaskQueue, task: LeasedTask, worker: string) {
  const inTransaction = transactionsOf(db, { random: seededRandom(worker) })
  await inTransaction(async (tx) => {
    await tx
      .insertInto('result')
      .values({ task_id: task.taskId, worker })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await queue.complete(tx, task.taskId, task.fence)
  })
}

async function finish(db: Kysely<Tables>, queue: TaskQueue, task: LeasedTask | undefined) {
  if (!task) throw new Error('a task was there')
  await db.transaction().execute((tx) => queue.complete(tx, task.taskId, task.fence))
}

async function endAnyLease<DB>(tx: Transaction<DB>, taskId: string): Promise<void> {
  await sql`delete from task_lease where task_id = ${taskId}`.execute(tx)
}

async function results(db: Kysely<Tables>): Promise<string[]> {
  const rows = await db.selectFrom('result').select('worker').execute()
  return rows.map(({ worker }) => worker)
}

/** A worker in a process of its own, which works until nothing is left. */
function worker(url: string, args: string[]): ChildProcess {
  const file = new URL('../support/task-worker.ts', import.meta.url)
  return spawn(process.execPath, [...args, file.pathname, url], { stdio: 'inherit' })
}
