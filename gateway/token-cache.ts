import { createHash } from 'node:crypto'
import type { OpenedToken } from '#protocol/access-token'

/**
 * Tokens that were verified before, by their hash, so that a token costs one signature check and
 * not one a call. Bounded: the one that was used longest ago goes first. Holds no token.
 */
export class TokenCache {
  readonly #entries = new Map<string, OpenedToken>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** The opened token, unless it has expired at `now`. */
  get(token: string, now: number): OpenedToken | undefined {
    const key = hashOf(token)
    const opened = this.#entries.get(key)
    if (opened === undefined) return undefined
    this.#entries.delete(key)
    if (now >= opened.expiresAt) return undefined
    this.#entries.set(key, opened)
    return opened
  }

  set(token: string, opened: OpenedToken): void {
    this.#entries.set(hashOf(token), opened)
    if (this.#entries.size <= this.#most) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
