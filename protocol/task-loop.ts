import type { Static } from 'typebox'
import type { GatewayLink } from './gateway-link.ts'
import { parseMessage } from './messages/parse.ts'
import {
  type LeasedTask,
  TASKS,
  type TaskAnswer,
  type TaskBody,
  type TaskKind,
} from './messages/tasks.ts'

/** What a party does for each kind of task; `invitation` names the attempt and its blobs. */
export type TaskHandlers = {
  readonly [K in TaskKind]?: (body: TaskBody<K>, invitation: string) => Promise<TaskAnswer<K>>
}

export interface TaskLoopOptions {
  readonly link: GatewayLink
  readonly handlers: TaskHandlers
  readonly signal: AbortSignal
  /** Tasks worked on at once. */
  readonly parallel: number
  /** Ms to hold one lease call open, and to wait after a failed one. */
  readonly waitMs: number
  readonly pause: (ms: number) => Promise<void>
  /** Told of every task that ended: the code of a refusal, and a reason that stays in this house. */
  readonly ended: (kind: string, code: string | undefined, reason?: string) => void
}

/**
 * Fetches and does a party's work until `signal` aborts. A handler that throws refuses its task
 * with the error's code; an answer that the gateway no longer wants (an old fence) is dropped.
 * A task that is handed out again while it is in hand is not done twice. When the gateway cannot
 * be reached nothing is refused: the work is offered again, later by another lease.
 */
export async function runTaskLoop(options: TaskLoopOptions): Promise<void> {
  const working = { ...options, inHand: new Map<string, Promise<unknown>>() }
  await Promise.all(Array.from({ length: options.parallel }, () => runOne(working)))
}

interface Working extends TaskLoopOptions {
  /** The answers under way, by task. */
  readonly inHand: Map<string, Promise<unknown>>
}

async function runOne(options: Working): Promise<void> {
  const { link, signal, waitMs, pause, ended } = options
  while (!signal.aborted) {
    try {
      const task = await link.lease(waitMs, signal)
      if (task !== undefined) await work(task, options)
    } catch (error) {
      if (signal.aborted) return
      ended('lease', codeOf(error))
      await pause(Math.min(waitMs, 500))
    }
  }
}

async function work(task: LeasedTask, working: Working): Promise<void> {
  const { link, ended } = working
  try {
    await answer(task, working)
    ended(task.kind, undefined)
  } catch (error) {
    const code = codeOf(error)
    if (!isPassing(error)) await link.refuse(task, code)
    ended(task.kind, code, reasonOf(error))
  }
}

const TRIES = 20
const TRY_AGAIN_MS = 500

// Every handler answers the same when it is asked again, so all of it may be repeated.
async function answer(task: LeasedTask, working: Working): Promise<void> {
  const { link, pause, signal } = working
  for (let tries = 1; ; tries += 1) {
    try {
      return await link.answer(task, await handledOnce(task, working))
    } catch (error) {
      if (!isPassing(error) || tries >= TRIES || signal.aborted) throw error
      await pause(TRY_AGAIN_MS)
    }
  }
}

function handledOnce(task: LeasedTask, { handlers, inHand }: Working): Promise<unknown> {
  const known = inHand.get(task.task)
  if (known !== undefined) return known
  const answer = handle(task.kind, task, handlers).finally(() => inHand.delete(task.task))
  inHand.set(task.task, answer)
  return answer
}

/** Nobody was reached, or whoever was cannot serve now: no reason to refuse anything. */
function isPassing(error: unknown): boolean {
  const status: unknown = Reflect.get(Object(error), 'status')
  if (typeof status === 'number') return [429, 502, 503, 504].includes(status)
  return ['REMOTE_UNREACHABLE', 'REMOTE_TIMEOUT'].includes(codeOf(error))
}

async function handle<K extends TaskKind>(kind: K, task: LeasedTask, handlers: TaskHandlers) {
  const handler = handlers[kind]
  if (handler === undefined) throw Object.assign(new Error(kind), { code: 'TASK_NOT_MINE' })
  const body = parseMessage(TASKS[kind].body, task.body) as Static<(typeof TASKS)[K]['body']>
  return handler(body, task.invitation)
}

/** The code of an error that has one; never its message. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,59}$/.test(code) ? code : 'INTERNAL'
}

function reasonOf(error: unknown): string | undefined {
  const reason: unknown = Reflect.get(Object(error), 'reason')
  return typeof reason === 'string' ? reason : undefined
}
