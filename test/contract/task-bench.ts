import { type ChildProcess, spawn } from 'node:child_process'
import { type Kysely, sql } from 'kysely'
import { systemClock } from '#runtime/clock'
import type { DeadTask, LeasedTask, TaskRequest } from '#runtime/store/task'
import type { TaskQueue } from '#runtime/store/task-queue'
import { transactionsOf } from '#runtime/store/transaction'
import { seededRandom } from '#test/support/fixtures'

export interface Tables {
  result: { task_id: string; worker: string }
}

export const RESULTS = {
  owner: 'test',
  migrations: [
    {
      id: '0001-result',
      sql: 'create table result (task_id uuid primary key, worker text not null)',
    },
  ],
}
export interface Bench {
  readonly url: string
  readonly db: Kysely<Tables>
  readonly queue: TaskQueue
  /** Of this test alone: all tests share one database. */
  readonly recipient: string
}

export const NOW = { waitMs: 0, leaseMs: 60_000 }

export function request(recipient: string, change: Partial<TaskRequest> = {}): TaskRequest {
  return {
    spaceId: 'jinan',
    recipient,
    kind: 'aggregate',
    sessionId: 's-1',
    dedupeKey: 'k-1',
    body: { cells: [1, 'x', null, { deep: true }] },
    deadlineMs: 86_400_000 * (Math.floor(systemClock.now() / 86_400_000) + 2),
    ...change,
  }
}

export function add(
  { db, queue, recipient }: Bench,
  change: Partial<TaskRequest> = {},
  failure?: Error,
) {
  return transactionsOf(db, { random: seededRandom('add') })(async (tx) => {
    const added = await queue.enqueue(tx, request(recipient, change))
    if (failure) throw failure
    return added
  })
}

export async function leased({ queue, recipient }: Bench): Promise<LeasedTask> {
  const task = await queue.lease(recipient, NOW)
  if (!task) throw new Error('a task was there')
  return task
}

export async function lostLease(bench: Bench, dedupeKey = 'k-1') {
  await add(bench, { dedupeKey })
  const zombie = await leased(bench)
  await expireAll(bench)
  return { zombie, heir: await leased(bench) }
}

/** Moves time for the leases, instead of waiting for it. */
export async function expireAll({ db, recipient }: Bench): Promise<void> {
  await sql`update task_lease set expires_at = now() - interval '1 second'
    where recipient = ${recipient}`.execute(db)
}

export async function publish({ db, queue }: Bench, task: LeasedTask, worker: string) {
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

export async function finish({ db, queue }: Bench, task: LeasedTask | undefined) {
  if (!task) throw new Error('a task was there')
  await db.transaction().execute((tx) => queue.complete(tx, task.taskId, task.fence))
}

export async function results({ db }: Bench): Promise<string[]> {
  const rows = await db.selectFrom('result').select('worker').execute()
  return rows.map(({ worker }) => worker)
}

export async function deadOf({ queue, recipient }: Bench): Promise<DeadTask[]> {
  return (await queue.deadTasks()).filter((task) => task.recipient === recipient)
}

/** A worker in a process of its own, which works until nothing is left. */
export function worker({ url, recipient }: Bench, args: string[]): ChildProcess {
  const file = new URL('../support/task-worker.ts', import.meta.url)
  return spawn(process.execPath, [...args, file.pathname, url, recipient], { stdio: 'inherit' })
}
