import type { DirectEntry, Growth } from './log-growth.ts'
import { type Receipt, receiptMaker } from './receipt.ts'

/** A step that was appended in a caller's transaction; `entry` saves reading it back. */
export interface Posted {
  readonly ticket: string
  readonly entry?: string
}

export interface Waiting<T> {
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}
export type WaitingEntry = Waiting<Receipt> & DirectEntry & { readonly entry: string }
export type WaitingTicket = Waiting<Receipt> & Posted

/** Everyone who waits for one batch, and what each is told when it is released. */
export class Batch {
  readonly entries: readonly WaitingEntry[]
  readonly observers: readonly Waiting<Growth>[]
  #tickets: readonly WaitingTicket[]

  constructor(
    entries: readonly WaitingEntry[],
    tickets: readonly WaitingTicket[],
    observers: readonly Waiting<Growth>[],
  ) {
    this.entries = entries
    this.observers = observers
    this.#tickets = tickets
  }

  join(tickets: readonly WaitingTicket[]): void {
    this.#tickets = [...this.#tickets, ...tickets]
  }

  /** Answers whom the batch itself can answer; gives the tickets that have to be read back. */
  answer(growth: Growth): WaitingTicket[] {
    const { head, note, grown } = growth
    const first = head.size - this.entries.length
    const make = grown && receiptMaker(grown.view, note)
    for (const [i, { entry, resolve }] of this.entries.entries()) {
      if (make) resolve(make(first + i, entry))
    }
    for (const observer of this.observers) observer.resolve(growth)
    return this.#tickets.filter(({ ticket, entry, resolve }) => {
      const index = growth.placed.get(ticket)
      if (make === undefined || index === undefined || entry === undefined) return true
      resolve(make(index, entry))
      return false
    })
  }

  reject(error: Error): void {
    for (const { reject } of [...this.entries, ...this.#tickets, ...this.observers]) reject(error)
  }
}
