import type { Clock } from '#runtime/clock'
import { HttpProblem } from '#runtime/http-problem'

/** How often one principal may call one replica. */
export interface RateLimit {
  readonly perSecond: number
  /** Calls that may come at once. */
  readonly burst: number
}

interface Bucket {
  tokens: number
  at: number
}

/**
 * A token bucket for each principal, in this process: it protects a replica from one caller, and
 * budgets protect data. Bounded; a bucket that is forgotten is a full one.
 */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()
  readonly #most: number

  constructor(limit: RateLimit, clock: Clock, most = 10_000) {
    this.#limit = limit
    this.#clock = clock
    this.#most = most
  }

  /** Takes one call of `key`. Throws `RATE_LIMITED` with the time to wait. */
  take(key: string): void {
    const bucket = this.#refilled(key)
    if (bucket.tokens < 1) {
      const retryAfterMs = Math.ceil(((1 - bucket.tokens) / this.#limit.perSecond) * 1000)
      throw new HttpProblem('RATE_LIMITED', { retryAfterMs })
    }
    bucket.tokens -= 1
  }

  #refilled(key: string): Bucket {
    const now = this.#clock.now()
    const { perSecond, burst } = this.#limit
    const known = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const gained = (Math.max(0, now - known.at) * perSecond) / 1000
    const bucket = { tokens: Math.min(burst, known.tokens + gained), at: now }
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > this.#most && oldest !== undefined) this.#buckets.delete(oldest)
    return bucket
  }
}
