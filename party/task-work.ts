import type { GatewayLink } from '#protocol/gateway-link'
import type { Party } from '#protocol/party'
import { runTaskLoop, type TaskHandlers } from '#protocol/task-loop'
import { faultPoint } from '#runtime/fault-point'
import type { Log } from '#runtime/log'

/** A party at work. Disposing lets the tasks in hand finish. */
export interface Work extends AsyncDisposable {
  /** Settles when the work ends. */
  readonly done: Promise<void>
}

const WAIT_MS = 20_000

/** Fetches and does a party's tasks until disposed. */
export function startWork(
  { link }: Party,
  handlers: TaskHandlers,
  log: Log,
  parallel: number,
): Work {
  const stop = new AbortController()
  const done = runTaskLoop({
    link: { ...link, answer: answering(link), refuse: refusing(link) },
    handlers,
    signal: stop.signal,
    parallel,
    waitMs: WAIT_MS,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ended: (kind, code, reason) => {
      log.info({ kind, ...(code && { code }), ...(reason && { reason }) }, 'task ended')
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
