import { backoffMs, systemSleep } from '#runtime/backoff'
import { isPassing } from '#runtime/remote-errors'
import type { Consumer } from './consumer.ts'

export interface Patience {
  /** Ms since the epoch after which a call that reaches nobody fails. */
  readonly until: number
  readonly signal?: AbortSignal
}

const LONGEST_MS = 2000

/**
 * A consumer whose calls outlast a gateway that is gone for a while, as when it is started again.
 * Every call of a question is safe to repeat, since digests name what it does; the pad seeds of a
 * session are in this process alone, so giving up would lose the answer.
 */
export function patient(consumer: Consumer, patience: Patience): Consumer {
  const { party } = consumer
  const calm = <T>(call: () => Promise<T>) => repeated(call, consumer, patience)
  const calls: typeof party.calls = {
    ...party.calls,
    json: (...call) => calm(() => party.calls.json(...call)),
  }
  const link: typeof party.link = {
    ...party.link,
    getBlob: (...call) => calm(() => party.link.getBlob(...call)),
  }
  return { ...consumer, party: { ...party, calls, link } }
}

async function repeated<T>(
  call: () => Promise<T>,
  { now, random }: Consumer,
  { until, signal = new AbortController().signal }: Patience,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (!isPassing(error) || now() >= until || signal.aborted) throw error
      await systemSleep(backoffMs(attempt, random, 100, LONGEST_MS), signal)
    }
  }
}
