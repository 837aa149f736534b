import type { SessionCell } from '#crypto/he/session-cells'

interface Live {
  readonly he: SessionCell
  readonly expiresAt: number
  readonly timer: NodeJS.Timeout
}

/**
 * The sessions whose keys this process holds, each wiped when its time is over, whether or not
 * anybody asks for it again. After a restart there are none: that is intended.
 */
export class LiveSessions implements AsyncDisposable {
  readonly #live = new Map<string, Live>()
  readonly #atMost: number
  readonly #now: () => number

  constructor(atMost: number, now: () => number) {
    this.#atMost = atMost
    this.#now = now
  }

  /** Whether one more key pair may be held. */
  get hasRoom(): boolean {
    return this.#live.size < this.#atMost
  }

  add(invitation: string, he: SessionCell, expiresAt: number): void {
    const timer = setTimeout(() => void this.wipe(invitation), expiresAt - this.#now()).unref()
    this.#live.set(invitation, { he, expiresAt, timer })
  }

  get(invitation: string): SessionCell | undefined {
    const live = this.#live.get(invitation)
    return live !== undefined && this.#now() < live.expiresAt ? live.he : undefined
  }

  /** Destroys the key pair, if this process holds it. */
  async wipe(invitation: string): Promise<void> {
    const live = this.#live.get(invitation)
    this.#live.delete(invitation)
    clearTimeout(live?.timer)
    await live?.he[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const invitation of [...this.#live.keys()]) await this.wipe(invitation)
  }
}
