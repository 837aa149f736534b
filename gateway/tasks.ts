import { TASKS, type TaskBody, type TaskKind } from '#protocol/messages/tasks'
import type { Clock } from '#runtime/clock'
import type { Failure, TaskQueue } from '#runtime/store/task-queue'
import { GatewayError } from './gateway-error.ts'
import type { GatewayTransaction } from './store/schema.ts'

/** Work for another party, as a transition hands it out. */
export interface NewTask<K extends TaskKind = TaskKind> {
  readonly kind: K
  readonly recipient: string
  readonly invitation: string
  readonly body: TaskBody<K>
  /** The same task of an attempt is enqueued once; a second round of it has another number. */
  readonly round?: number
  /** Milliseconds from now after which nobody is handed it any more. */
  readonly deadlineMs: number
}

/** A task in somebody's hands. `fence` grows with every lease of it. */
export interface HandedTask {
  readonly task: string
  readonly fence: bigint
  readonly kind: TaskKind
  readonly invitation: string
  readonly body: unknown
}

/** The queue of tasks between this gateway and the other parties, in its database. */
export interface GatewayTasks {
  /** In the caller's transaction: the task exists exactly when its reason does. */
  enqueue<K extends TaskKind>(tx: GatewayTransaction, task: NewTask<K>): Promise<void>
  /** The next task of that recipient, or undefined after `waitMs`. */
  lease(
    recipient: string,
    options: { readonly waitMs: number; readonly leaseMs: number; readonly signal?: AbortSignal },
  ): Promise<HandedTask | undefined>
  /** Ends a task. Throws `TASK_FENCED` when it was handed to another lease since. */
  complete(tx: GatewayTransaction, task: string, fence: bigint): Promise<void>
  /** Gives a task back for another try. Throws `TASK_FENCED` likewise. */
  retry(tx: GatewayTransaction, task: string, fence: bigint, failure: Failure): Promise<void>
}

/**
 * The tasks of one space in runtime's queue. The key of a task is its attempt, kind and round, so
 * that a transition that is done again hands out nothing twice.
 */
export function gatewayTasks(queue: TaskQueue, spaceId: string, clock: Clock): GatewayTasks {
  return {
    enqueue: async (tx, { kind, recipient, invitation, body, round = 1, deadlineMs }) => {
      const dedupeKey = `${invitation} ${kind} ${round}`
      const request = { spaceId, recipient, kind, sessionId: invitation, dedupeKey, body }
      await queue.enqueue(tx, { ...request, deadlineMs: clock.now() + deadlineMs })
    },
    lease: async (recipient, options) => {
      const leased = await queue.lease(recipient, options)
      if (leased === undefined) return undefined
      const { taskId: task, fence, kind, sessionId: invitation, body } = leased
      return { task, fence, kind: kindOf(kind), invitation, body }
    },
    complete: (tx, task, fence) => queue.complete(tx, task, fence),
    retry: (tx, task, fence, failure) => queue.fail(tx, task, fence, failure),
  }
}

function kindOf(kind: string): TaskKind {
  const known = (Object.keys(TASKS) as TaskKind[]).find((candidate) => candidate === kind)
  if (known === undefined) throw new GatewayError('TASK_UNKNOWN', 'the queue holds another kind')
  return known
}
