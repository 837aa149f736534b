import { setTimeout as delay } from 'node:timers/promises'
import { fractionFrom, type Random } from './random.ts'

/** Waits, and rejects as soon as the signal aborts. Tests hand over one that only counts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const systemSleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, { signal })
}

/**
 * Full jitter: uniform between 0 and base · 2^attempt, capped, so that many callers who failed
 * together do not come back together. `attempt` counts from 0.
 */
export function backoffMs(attempt: number, random: Random, baseMs = 100, capMs = 10_000): number {
  return Math.round(fractionFrom(random) * Math.min(capMs, baseMs * 2 ** attempt))
}
