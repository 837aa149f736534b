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
import { makeReceipt, type Receipt, storedReceipt } from './receipt.ts'

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
      const everyone = [...entries, ...tickets, ...observers]
      try {
        const growth = await this.#grow(entries)
        // The next batch is under way while this one's receipts are made.
        const answer = () => this.#answer(entries, tickets, observers, growth)
        const answered = nextTurn().then(answer).catch(this.#reject(everyone))
        this.#answering = Promise.all([this.#answering, answered])
      } catch (cause) {
        this.#reject(everyone)(cause)
      }
    }
    // INVARIANT: no await between finding nothing and this line, or a waiting entry would be lost.
    this.#draining = undefined
  }

  async #grow(entries: readonly DirectEntry[]): Promise<Growth> {
    const { database, guard, store, signers } = this.#parts
    const grower = { store, signers, cached: this.#cached }
    this.#cached = undefined
    faultPoint('evidence.batch.before-store')
    const growth = await database.transact((tx) => growLog(tx, grower, entries))
    faultPoint('evidence.batch.after-store')
    await guard.release(growth.head, (size) => this.#rootAt(size, growth))
    faultPoint('evidence.guard.after-store')
    this.#cached = growth.grown ?? grower.cached
    this.#released = growth
    const newest = BigInt(growth.tickets.at(-1) ?? 0)
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
    const { head, note, grown, before } = growth
    const first = head.size - entries.length
    for (const [i, { entry, resolve }] of entries.entries()) {
      if (grown) resolve(makeReceipt(grown.view, note, first + i, entry))
    }
    for (const observer of observers) observer.resolve(growth)
    const placed = new Map(growth.tickets.map((ticket, i) => [ticket, before.size + i]))
    for (const waiting of tickets) {
      const { ticket, entry } = waiting
      const index = placed.get(ticket)
      const isAtHand = grown && index !== undefined && entry !== undefined
      const receipt = isAtHand
        ? makeReceipt(grown.view, note, index, entry)
        : await this.#stored(ticket, growth)
      if (receipt === undefined && growth.tickets.length < BATCH_LIMIT) {
        waiting.reject(new EvidenceError('RECEIPT_NOT_FOUND', `ticket ${ticket}`))
      } else if (receipt === undefined || receipt === 'later') {
        this.settle({ ticket }).then(waiting.resolve, waiting.reject)
      } else waiting.resolve(receipt)
    }
  }

  // A ticket below one that was placed is most likely placed: its receipt needs no batch.
  async #settled({ ticket }: Posted): Promise<Receipt | undefined> {
    if (this.#broken || !this.#released || !/^\d{1,19}$/.test(ticket)) return undefined
    if (BigInt(ticket) > this.#newestTicket) return undefined
    const receipt = await this.#stored(ticket, this.#released).catch(() => undefined)
    return receipt === 'later' ? undefined : receipt
  }

  // `later`: another replica placed it after this checkpoint. Undefined: nowhere yet, which after a
  // full batch may still mean that it comes with the next.
  async #stored(ticket: string, { head, note }: Growth): Promise<Receipt | 'later' | undefined> {
    const { store, database } = this.#parts
    const leaf = await store.leafOfTicket(database.reader, ticket)
    if (leaf === undefined) return undefined
    if (leaf.index >= head.size) return 'later'
    const tree = await loadTree(this.#tiles, head.size, [leaf.index])
    return storedReceipt(tree, note, leaf.index, leaf.body)
  }

  readonly #tiles: TileReader = (places) =>
    this.#parts.store.tiles(this.#parts.database.reader, places)

  #reject(waiting: readonly Waiting<never>[]): (cause: unknown) => void {
    return (cause) => {
      const error = this.#failure(cause)
      for (const { reject } of waiting) reject(error)
    }
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
