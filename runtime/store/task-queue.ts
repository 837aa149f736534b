import type { Kysely, Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'
import type { Clock } from '../clock.ts'
import { endOfWait } from '../end-of-wait.ts'
import { faultPoint } from '../fault-point.ts'
import { migrate } from './migrate.ts'
import { type DeadTask, type LeasedTask, type TaskRequest, taskIdOf } from './task.ts'
import { announceTask, listenForTasks } from './task-channel.ts'
import {
  endLeases,
  expireLeases,
  extendLease,
  fenced,
  type HeldTask,
  TASK_LEASES,
  takeLeases,
} from './task-lease.ts'
import { openTaskStore, type TaskStore } from './task-store.ts'
import { openWaitingRoom, type WaitingRoom } from './waiting-room.ts'

export interface TaskQueueOptions<DB> {
  /** Of the same database as `db`; a secret. */
  readonly url: string
  readonly db: Kysely<DB>
  readonly clock: Clock
  /** Told of trouble in the background: a lost listener, failed maintenance. */
  readonly onError: (error: unknown) => void
}

export interface LeaseOptions {
  /** How long to wait for work; 0 looks once. */
  readonly waitMs: number
  /** How long the work may take without `extend`. At most a day in all. */
  readonly leaseMs: number
  readonly signal?: AbortSignal
}

export interface LeaseManyOptions extends LeaseOptions {
  /** At most so many at once. Default 1. */
  readonly max?: number
}

/** Why a lease ends without a result: a code of the recipient's, and when to try again. */
export interface Failure {
  readonly code: string
  readonly retryAfterMs: number | 'never'
}

/**
 * Work for processes that come and ask for it. A task is handed to one holder of a lease at a
 * time, again after a lease ran out or failed, eight times at most, and then becomes a dead letter.
 * A holder that was too slow is refused inside of the transaction that would have published its
 * result, so no result lands twice. Any number of processes share one database.
 */
export interface TaskQueue extends AsyncDisposable {
  /** @throws TaskError TASK_CONFLICT when the key stands for other work */
  enqueue<DB>(
    tx: Transaction<DB>,
    request: TaskRequest,
  ): Promise<{ taskId: string; isNew: boolean }>
  /** Nothing when nothing came in time or the signal was aborted. */
  lease(recipient: string, options: LeaseOptions): Promise<LeasedTask | undefined>
  /** As many as are there, without waiting for more than one. */
  leaseMany(recipient: string, options: LeaseManyOptions): Promise<LeasedTask[]>
  /** @throws TaskError TASK_FENCED */
  extend(taskId: string, fence: bigint, leaseMs: number): Promise<void>
  /** In the transaction that stores the result. @throws TaskError TASK_FENCED */
  complete<DB>(tx: Transaction<DB>, taskId: string, fence: bigint): Promise<void>
  /** All or none. @throws TaskError TASK_FENCED when one lease was lost */
  completeMany<DB>(tx: Transaction<DB>, held: readonly HeldTask[]): Promise<void>
  /** @throws TaskError TASK_FENCED */
  fail<DB>(tx: Transaction<DB>, taskId: string, fence: bigint, failure: Failure): Promise<void>
  deadTasks(): Promise<DeadTask[]>
  close(): Promise<void>
}

/** Opens the queue of a database, made there if it is not; the migrations are its own. */
export async function openTaskQueue<DB>(options: TaskQueueOptions<DB>): Promise<TaskQueue> {
  await migrate(options.db, TASK_LEASES)
  const room = openWaitingRoom()
  const store = await openTaskStore(options)
  const closing = new AbortController()
  const stopListening = await listenForTasks(store.listener, room, options.onError)
  const leaseMany: TaskQueue['leaseMany'] = (recipient, wanted) =>
    lease(store, options.db, room, recipient, wanted, closing.signal)
  const close = async () => {
    closing.abort()
    await stopListening()
    await store.close()
  }
  return {
    enqueue: (tx, request) => enqueue(store, tx, request),
    lease: async (recipient, wanted) => (await leaseMany(recipient, wanted))[0],
    leaseMany,
    extend: (taskId, fence, leaseMs) => extendLease(options.db, taskId, fence, leaseMs),
    complete: (tx, taskId, fence) => complete(store, tx, [{ taskId, fence }]),
    completeMany: (tx, held) => complete(store, tx, held),
    fail: (tx, taskId, fence, failure) => fail(store, tx, taskId, fence, failure),
    deadTasks: () => store.deadTasks(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function enqueue<DB>(store: TaskStore, tx: Transaction<DB>, request: TaskRequest) {
  const { dedupeKey, ...task } = request
  const taskId = taskIdOf(request)
  const isNew = await store.add({ ...task, taskId }, fromKysely(tx))
  if (isNew) await announceTask(tx, request.recipient, 0)
  return { taskId, isNew }
}

// A lost notification costs at most this much; the listener's reconnection wakes everybody.
const LOOK_AGAIN_MS = 5000

async function lease<DB>(
  store: TaskStore,
  db: Kysely<DB>,
  room: WaitingRoom,
  recipient: string,
  { waitMs, leaseMs, signal, max = 1 }: LeaseManyOptions,
  closing: AbortSignal,
): Promise<LeasedTask[]> {
  await store.ensureQueue(recipient)
  using end = endOfWait(waitMs, signal ? [closing, signal] : [closing])
  const place = room.enter(recipient)
  let tasks: LeasedTask[] = []
  try {
    while (!end.isCut()) {
      const taken = await inReadCommitted(db, (tx) => take(store, tx, recipient, max, leaseMs))
      tasks = taken.tasks
      if (tasks.length > 0 || end.signal.aborted) break
      await place.wait(Math.min(taken.nextInMs ?? LOOK_AGAIN_MS, LOOK_AGAIN_MS) + 1, end.signal)
    }
  } finally {
    place.leave(tasks.length > 0)
  }
  return tasks
}

// Who looks for work passes over what others hold, which stricter levels would call a collision.
function inReadCommitted<DB, T>(db: Kysely<DB>, work: (tx: Transaction<DB>) => Promise<T>) {
  return db.transaction().setIsolationLevel('read committed').execute(work)
}

interface Taken {
  readonly tasks: LeasedTask[]
  readonly nextInMs: number | undefined
}

async function take<DB>(
  store: TaskStore,
  tx: Transaction<DB>,
  recipient: string,
  max: number,
  leaseMs: number,
): Promise<Taken> {
  const db = fromKysely(tx)
  const { nowMs, expired, nextInMs } = await expireLeases(tx, recipient)
  if (expired.length > 0) await store.giveBack(recipient, expired, 'LEASE_EXPIRED', db)
  const fetched = await store.fetch(recipient, max, db)
  const late = fetched.filter(({ task }) => task.deadlineMs <= nowMs)
  for (const { claim, task } of late) await store.bury(claim, task, 'DEADLINE_PASSED', db)
  const due = fetched.filter(({ task }) => task.deadlineMs > nowMs)
  if (due.length === 0) return { tasks: [], nextInMs: late.length > 0 ? 0 : nextInMs }
  const claims = due.map(({ claim }) => claim)
  const fences = await takeLeases(tx, recipient, claims, leaseMs)
  faultPoint('task-leased')
  const tasks = due.map(({ claim, task }, index): LeasedTask => {
    const { recipient: _, ...shown } = task
    return { ...shown, fence: fences[index] ?? -1n, attempt: claim.retryCount + 1 }
  })
  return { tasks, nextInMs }
}

async function complete<DB>(
  store: TaskStore,
  tx: Transaction<DB>,
  held: readonly HeldTask[],
): Promise<void> {
  const ended = await endLeases(tx, held)
  for (const [recipient, leases] of Map.groupBy(ended, ({ recipient }) => recipient)) {
    const claims = leases.map(({ claim }) => claim)
    await store.complete(recipient, claims, fromKysely(tx))
  }
  faultPoint('task-completing')
}

async function fail<DB>(
  store: TaskStore,
  tx: Transaction<DB>,
  taskId: string,
  fence: bigint,
  { code, retryAfterMs }: Failure,
): Promise<void> {
  const [ended] = await endLeases(tx, [{ taskId, fence }])
  if (!ended) throw fenced(taskId)
  const { recipient, claim } = ended
  const db = fromKysely(tx)
  if (retryAfterMs === 'never') {
    return await store.bury(claim, await store.find(recipient, taskId, db), code, db)
  }
  await store.giveBack(recipient, [claim], code, db)
  if (retryAfterMs > 0) await store.postpone(recipient, taskId, retryAfterMs, db)
  await announceTask(tx, recipient, retryAfterMs)
}
