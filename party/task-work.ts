import type { GatewayLink } from '#protocol/gateway-link'
import type { Party } from '#protocol/party'
import { runTaskLoop, type TaskHandlers } from '#protocol/task-loop'
import { faultPoint } from '#runtime/fault-point'
import type { Log } from '#runtime/log'
import { type Witnessing, whileTrusted } from './witnessing.ts'

/** A party at work. Disposing lets the tasks in hand finish. */
export interface Work extends AsyncDisposable {
  /** Settles when the work ends. */
  readonly done: Promise<void>
}

const WAIT_MS = 20_000

export interface WorkOptions {
  readonly handlers: TaskHandlers
  readonly log: Log
  readonly parallel: number
  readonly witnessing: Witnessing
}

/** The last task of a session for whoever does it: there is something new to witness. */
const LAST: readonly string[] = ['release', 'void-session', 'submit', 'note-void']

/** Fetches and does a party's tasks until disposed; none while the gateway's log is in doubt. */
export function startWork({ link }: Party, options: WorkOptions): Work {
  const { handlers, log, parallel, witnessing } = options
  const stop = new AbortController()
  const done = runTaskLoop({
    link: { ...link, answer: answering(link), refuse: refusing(link) },
    handlers: whileTrusted(handlers, witnessing),
    signal: stop.signal,
    parallel,
    waitMs: WAIT_MS,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ended: (kind, code, reason) => {
      log.info({ kind, ...(code && { code }), ...(reason && { reason }) }, 'task ended')
      if (LAST.includes(kind)) witnessing.soon()
    },
  })
  return {
    done,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await done
    },
  }
}

function answering(link: GatewayLink): GatewayLink['answer'] {
  return async (...answer) => {
    faultPoint('task.answer.before-send')
    await link.answer(...answer)
    faultPoint('task.answer.after-send')
  }
}

function refusing(link: GatewayLink): GatewayLink['refuse'] {
  return async (...refusal) => {
    faultPoint('task.refusal.before-send')
    await link.refuse(...refusal)
    faultPoint('task.refusal.after-send')
  }
}
