/**
 * Gives entries their indexes, in group commits: while one batch is being made durable, the next
 * one gathers. Every replica may sequence; an advisory lock lets one lead at a time, and the head
 * moves by compare-and-swap besides. What a batch made is shown to the fork guard, and only then is
 * anything acknowledged.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { leafHash } from '#crypto/merkle'
import { faultPoint } from '#runtime/fault-point'
import { EvidenceError } from './evidence-error.ts'
import type { ForkGuard } from './fork-guard.ts'
import type { LogDatabase } from './log-database.ts'
import { BATCH_LIMIT, type DirectEntry, type Grower, type Growth, growLog } from './log-growth.ts'
import type { LogStore } from './log-store.ts'
import { loadTree, type TileReader } from './log-tree.ts'
import type { NoteSigner } from './note-signer.ts'
import { makeReceipt, type Receipt, receiptMaker } from './receipt.ts'
import { storedReceipts } from './stored-receipts.ts'

export interface SequencerParts {
  readonly database: LogDatabase
  readonly store: LogStore
  readonly signers: readonly NoteSigner[]
  readonly guard: ForkGuard
}

/** A step that was appended in a caller's transaction; `entry` saves reading it back. */
export interface Posted {
  readonly ticket: string
  readonly entry?: string
}

interface Waiting<T> {
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}
type WaitingEntry = Waiting<Receipt> & DirectEntry & { readonly entry: string }
type WaitingTicket = Waiting<Receipt> & Posted

export class Sequencer {
  readonly #parts: SequencerParts
  #cached: Grower['cached']
  #entries: WaitingEntry[] = []
  #tickets: WaitingTicket[] = []
  #observers: Waiting<Growth>[] = []
  #draining: Promise<void> | undefined
  #answering: Promise<unknown> = Promise.resolve()
  #released: Growth | undefined
  #newestTicket = 0n
  #broken: EvidenceError | undefined

  constructor(parts: SequencerParts) {
    this.#parts = parts
  }

  /** Adds an entry that has no transaction of its own. */
  record(entry: string): Promise<Receipt> {
    const body = Buffer.from(entry)
    return this.#wait((waiting) => {
      this.#entries.push({ entry, body, hash: leafHash(body), ...waiting })
    })
  }

  /** The receipt of an entry whose transaction has committed; RECEIPT_NOT_FOUND otherwise. */
  async settle(posted: Posted): Promise<Receipt> {
    if (!/^\d{1,18}$/.test(posted.ticket)) {
      throw new EvidenceError('RECEIPT_NOT_FOUND', 'not a ticket of this log')
    }
    return (
      (await this.#settled(posted)) ??
      this.#wait((waiting) => {
        this.#tickets.push({ ...posted, ...waiting })
      })
    )
  }

  /** Sequences what lies in the outbox and gives the log as it then stands, released. */
  observe(): Promise<Growth> {
    return this.#wait((waiting) => {
      this.#observers.push(waiting)
    })
  }

  /** Resolves when no batch is under way and everyone was answered. */
  async idle(): Promise<void> {
    await this.#draining
    await this.#answering
  }

  #wait<T>(add: (waiting: Waiting<T>) => void): Promise<T> {
    if (this.#broken) return Promise.reject(this.#broken)
    const { promise, ...waiting } = Promise.withResolvers<T>()
    add(waiting)
    this.#draining ??= this.#drain()
    return promise
  }

  async #drain(): Promise<void> {
    await nextTurn()
    while (this.#entries.length + this.#tickets.length + this.#observers.length > 0) {
      const entries = this.#entries.splice(0, BATCH_LIMIT)
      const tickets = this.#tickets.splice(0)
      const observers = this.#observers.splice(0)
      const reject = (cause: unknown) => {
        this.#reject([...entries, ...tickets, ...observers], cause)
      }
      try {
        const growth = await this.#grow(entries)
        tickets.push(...this.#takePlaced(growth))
        // The next batch is under way while this one's receipts are made.
        const answer = () => this.#answer(entries, tickets, observers, growth)
        const answered = nextTurn().then(answer).catch(reject)
        this.#answering = Promise.all([this.#answering, answered])
      } catch (cause) {
        reject(cause)
      }
    }
    // INVARIANT: no await between finding nothing and this line, or a waiting entry would be lost.
    this.#draining = undefined
  }

  // Asked for while the batch was under way, and in it.
  #takePlaced({ placed }: Growth): WaitingTicket[] {
    const taken = this.#tickets.filter(({ ticket }) => placed.has(ticket))
    if (taken.length > 0) this.#tickets = this.#tickets.filter(({ ticket }) => !placed.has(ticket))
    return taken
  }

  async #grow(entries: readonly DirectEntry[]): Promise<Growth> {
    const { database, guard, store, signers } = this.#parts
    const grower = { store, signers, cached: this.#cached }
    this.#cached = undefined
    faultPoint('evidence.batch.before-store')
    const growth = await database.hold((session) => growLog(session, grower, entries))
    faultPoint('evidence.batch.after-store')
    await guard.release(growth.head, (size) => this.#rootAt(size, growth))
    faultPoint('evidence.guard.after-store')
    this.#cached = growth.grown ?? grower.cached
    this.#released = growth
    const newest = BigInt([...growth.placed.keys()].at(-1) ?? 0)
    if (newest > this.#newestTicket) this.#newestTicket = newest
    return growth
  }

  // INVARIANT: a batch that grew the log knows that its root was the one before.
  async #rootAt(size: number, { before, grown }: Growth): Promise<Uint8Array> {
    if (grown && size === before.size) return before.root
    return (await loadTree(this.#tiles, size, [])).root()
  }

  async #answer(
    entries: readonly WaitingEntry[],
    tickets: readonly WaitingTicket[],
    observers: readonly Waiting<Growth>[],
    growth: Growth,
  ): Promise<void> {
    const { head, note, grown, placed } = growth
    const first = head.size - entries.length
    const make = grown && receiptMaker(grown.view, note)
    for (const [i, { entry, resolve }] of entries.entries()) {
      if (make) resolve(make(first + i, entry))
    }
    for (const observer of observers) observer.resolve(growth)
    const unread: WaitingTicket[] = []
    for (const waiting of tickets) {
      const { ticket, entry, resolve } = waiting
      const index = placed.get(ticket)
      if (make && index !== undefined && entry !== undefined) resolve(make(index, entry))
      else unread.push(waiting)
    }
    await this.#answerStored(unread, growth)
  }

  async #answerStored(tickets: readonly WaitingTicket[], growth: Growth): Promise<void> {
    const names = tickets.map(({ ticket }) => ticket)
    const stored = await storedReceipts(this.#parts, names, growth)
    for (const { ticket, resolve, reject } of tickets) {
      const receipt = stored.get(ticket)
      if (receipt === undefined && growth.placed.size < BATCH_LIMIT) {
        reject(new EvidenceError('RECEIPT_NOT_FOUND', `ticket ${ticket}`))
      } else if (receipt === undefined || receipt === 'later') {
        this.settle({ ticket }).then(resolve, reject)
      } else resolve(receipt)
    }
  }

  // A ticket below one that was placed is most likely placed: its receipt needs no batch.
  async #settled(posted: Posted): Promise<Receipt | undefined> {
    const { ticket, entry } = posted
    const released = this.#released
    if (this.#broken || !released || BigInt(ticket) > this.#newestTicket) return undefined
    const { grown, note, placed } = released
    const index = placed.get(ticket)
    if (grown && index !== undefined && entry !== undefined) {
      return makeReceipt(grown.view, note, index, entry)
    }
    const stored = await storedReceipts(this.#parts, [ticket], released).catch(() => undefined)
    const receipt = stored?.get(ticket)
    return receipt === 'later' ? undefined : receipt
  }

  readonly #tiles: TileReader = (places) =>
    this.#parts.store.tiles(this.#parts.database.reader, places)

  #reject(waiting: readonly Waiting<never>[], cause: unknown): void {
    const error = this.#failure(cause)
    for (const { reject } of waiting) reject(error)
  }

  // A fork is final: nothing more is signed or released here until a person has looked.
  #failure(cause: unknown): EvidenceError {
    if (!(cause instanceof EvidenceError)) {
      return new EvidenceError('LOG_UNAVAILABLE', 'the log could not be written', { cause })
    }
    if (cause.code === 'LOG_FORKED') this.#broken = cause
    return cause
  }
}
