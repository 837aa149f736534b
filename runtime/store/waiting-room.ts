/**
 * Who waits in this process, by recipient. One waiter is woken at a time and wakes the next when
 * it found work, so that a hundred long polls do not all run to the database for one task.
 */
export interface WaitingRoom {
  /** Takes a place before looking for work, so that what comes meanwhile is not missed. */
  enter(recipient: string): Place
  wakeOne(recipient: string): void
  wakeEveryRecipient(): void
}

export interface Place {
  /** Resolves when woken (at once if that was before), after a time, or when aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Gives the place up. Who leaves with work, or woken for nothing, wakes the next. */
  leave(hasWork: boolean): void
}

export function openWaitingRoom(): WaitingRoom {
  const rooms = new Map<string, Set<Waiter>>()
  const wakeOne = (recipient: string) => {
    for (const waiter of rooms.get(recipient) ?? []) if (waiter.wake()) return
  }
  const enter = (recipient: string): Place => {
    const room = rooms.get(recipient) ?? new Set()
    const waiter = new Waiter((leaving, wakesNext) => {
      room.delete(leaving)
      if (room.size === 0) rooms.delete(recipient)
      if (wakesNext) wakeOne(recipient)
    })
    rooms.set(recipient, room.add(waiter))
    return waiter
  }
  const wakeEveryRecipient = () => {
    for (const recipient of rooms.keys()) wakeOne(recipient)
  }
  return { enter, wakeOne, wakeEveryRecipient }
}

class Waiter implements Place {
  #isWoken = false
  #resolve: () => void = () => undefined
  readonly #onLeave: (waiter: Waiter, wakesNext: boolean) => void

  constructor(onLeave: (waiter: Waiter, wakesNext: boolean) => void) {
    this.#onLeave = onLeave
  }

  /** Whether it was still asleep. */
  wake(): boolean {
    if (this.#isWoken) return false
    this.#isWoken = true
    this.#resolve()
    return true
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isWoken && !signal.aborted) await this.#sleep(ms, signal)
    this.#isWoken = signal.aborted && this.#isWoken
  }

  leave(hasWork: boolean): void {
    this.#onLeave(this, hasWork || this.#isWoken)
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resolve = resolve
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', this.#resolve)
    await promise
    signal.removeEventListener('abort', this.#resolve)
    clearTimeout(timer)
  }
}
