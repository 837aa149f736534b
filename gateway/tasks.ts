import type { TaskBody, TaskKind } from '#protocol/messages/tasks'
import type { GatewayTransaction } from './store/schema.ts'

/** Work for another party, as a transition hands it out. */
export interface NewTask<K extends TaskKind = TaskKind> {
  readonly kind: K
  readonly recipient: string
  readonly invitation: string
  readonly body: TaskBody<K>
  /** The same task of an attempt is enqueued once; a second round of it has another number. */
  readonly round?: number
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
}
