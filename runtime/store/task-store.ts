import { isDeepStrictEqual } from 'node:util'
import { type Db, PgBoss } from 'pg-boss'
import type { Clock } from '../clock.ts'
import { type DeadTask, queueOf, type StoredTask } from './task.ts'
import { QueueUnseen, TaskError } from './task-error.ts'
import { type Claim, fenced } from './task-lease.ts'

/**
 * The tasks themselves, in pg-boss: one queue per recipient, and one for dead letters. Every call
 * that takes a `Db` runs in the caller's transaction.
 */
export interface TaskStore {
  ensureQueue(recipient: string): Promise<void>
  /** Whether it was not there already. @throws TaskError TASK_CONFLICT, QueueUnseen */
  add(task: StoredTask, db: Db): Promise<boolean>
  fetch(recipient: string, max: number, db: Db): Promise<FetchedTask[]>
  find(recipient: string, taskId: string, db: Db): Promise<StoredTask>
  /** @throws TaskError TASK_FENCED when pg-boss knows of a newer claim */
  complete(recipient: string, claims: readonly Claim[], db: Db): Promise<void>
  /** To be claimed again, or to the dead letters after the last time. */
  giveBack(recipient: string, claims: readonly Claim[], code: string, db: Db): Promise<void>
  postpone(recipient: string, taskId: string, byMs: number, db: Db): Promise<void>
  /** Straight to the dead letters. */
  bury(claim: Claim, task: StoredTask, code: string, db: Db): Promise<void>
  deadTasks(): Promise<DeadTask[]>
  /** Where `LISTEN` can be had, with reconnection. */
  readonly listener: Db
  close(): Promise<void>
}

export interface FetchedTask {
  readonly claim: Claim
  readonly task: StoredTask
}

const DEAD_LETTERS = 'dead-letters'
const DAY_SECONDS = 86_400
const QUEUE_OPTIONS = {
  deadLetter: DEAD_LETTERS,
  retryLimit: 7,
  retryDelay: 0,
  // Our leases end long before; this is pg-boss's own net.
  expireInSeconds: DAY_SECONDS,
  deleteAfterSeconds: 30 * DAY_SECONDS,
}

export interface TaskStoreOptions {
  readonly url: string
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

export async function openTaskStore({ url, clock, onError }: TaskStoreOptions): Promise<TaskStore> {
  const boss = new PgBoss({ connectionString: url, max: 3, schedule: false, schema: 'task_queue' })
  boss.on('error', onError)
  await boss.start()
  await boss.createQueue(DEAD_LETTERS, { deleteAfterSeconds: 30 * DAY_SECONDS })
  const ensureQueue = onceEach((recipient) => boss.createQueue(queueOf(recipient), QUEUE_OPTIONS))
  return {
    ensureQueue,
    add: async (task, db) => {
      await ensureQueue(task.recipient)
      return await add(boss, task, clock.now(), db)
    },
    fetch: async (recipient, max, db) => {
      const jobs = await boss.fetch<StoredTask>(queueOf(recipient), { db, batchSize: max })
      return jobs.map(({ id, retryCount, data }) => ({ claim: { id, retryCount }, task: data }))
    },
    find: async (recipient, id, db) => (await find(boss, recipient, id, db)) ?? gone(id),
    complete: (recipient, claims, db) => complete(boss, recipient, claims, db),
    giveBack: async (recipient, claims, code, db) => {
      await boss.fail(queueOf(recipient), [...claims], { code }, { db })
    },
    postpone: async (recipient, id, byMs, db) => {
      const startAfter = Math.ceil(byMs / 1000)
      await boss.update(queueOf(recipient), undefined, { id, startAfter, db })
    },
    bury: async (claim, task, code, db) => {
      await complete(boss, task.recipient, [claim], db)
      await boss.send(DEAD_LETTERS, { ...task, code }, { db })
    },
    deadTasks: () => deadTasks(boss),
    listener: boss.getDb(),
    close: () => boss.stop({ graceful: false, close: true }),
  }
}

async function add(boss: PgBoss, task: StoredTask, nowMs: number, db: Db): Promise<boolean> {
  const name = queueOf(task.recipient)
  const retentionSeconds = retentionOf(task.deadlineMs - nowMs)
  if (await boss.send(name, task, { id: task.taskId, db, retentionSeconds })) return true
  const known = await find(boss, task.recipient, task.taskId, db)
  if (!known) throw new QueueUnseen(`queue of task ${task.taskId} is newer than the transaction`)
  if (isDeepStrictEqual(known, task)) return false
  throw new TaskError('TASK_CONFLICT', `task ${task.taskId} was asked for with other content`)
}

// Kept in the queue for a week after the deadline, so that it ends as a dead letter; at most ten
// years, because pg-boss counts seconds in 32 bits.
function retentionOf(leftMs: number): number {
  const left = Math.ceil(Math.max(0, leftMs) / 1000)
  return Math.min(left + 7 * DAY_SECONDS, 3650 * DAY_SECONDS)
}

async function find(
  boss: PgBoss,
  recipient: string,
  id: string,
  db: Db,
): Promise<StoredTask | undefined> {
  const [job] = await boss.findJobs<StoredTask>(queueOf(recipient), { id, db })
  return job?.data
}

function gone(taskId: string): never {
  throw fenced(taskId)
}

async function complete(
  boss: PgBoss,
  recipient: string,
  claims: readonly Claim[],
  db: Db,
): Promise<void> {
  const response = await boss.complete(queueOf(recipient), [...claims], undefined, { db })
  if (Reflect.get(response, 'affected') === claims.length) return
  throw fenced(claims.map(({ id }) => id).join(' '))
}

async function deadTasks(boss: PgBoss): Promise<DeadTask[]> {
  const jobs = await boss.findJobs<StoredTask & { code?: string }>(DEAD_LETTERS, { queued: true })
  return jobs.map(({ data, sourceOutput }) => {
    const { taskId, recipient, kind, sessionId } = data
    const code = data.code ?? String(Reflect.get(Object(sourceOutput), 'code') ?? 'LEASE_EXPIRED')
    return { taskId, recipient, kind, sessionId, code }
  })
}

/** Runs once per key at most, whoever asks; what failed is tried again. */
function onceEach(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const done = new Map<string, Promise<void>>()
  return (key) => {
    const known = done.get(key) ?? work(key)
    done.set(key, known)
    known.catch(() => done.delete(key))
    return known
  }
}
