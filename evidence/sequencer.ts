/**
 * Gives entries their indexes, in group commits: while one batch is being made durable, the next
 * one gathers. Every replica may sequence; an advisory lock lets one lead at a time, and the head
 * moves by compare-and-swap besides. What a batch made is shown to the fork guard, and only then is
 * anything acknowledged.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { leafHash } from '#crypto/merkle'
import { EvidenceError } from './evidence-error.ts'
import type { ForkGuard } from './fork-guard.ts'
import type { LogDatabase } from './log-database.ts'
import { BATCH_LIMIT, type DirectEntry, type Grower, type Growth, growLog } from './log-growth.ts'
import type { LogStore } from './log-store.ts'
import { loadTree, type TileReader } from './log-tree.ts'
import type { NoteSigner } from './note-signer.ts'
import { makeReceipt, type Receipt } from './receipt.ts'

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
type WaitingEntry = Waiting<Receipt> & DirectEntry
type WaitingTicket = Waiting<Receipt> & Posted

export class Sequencer {
  readonly #parts: SequencerParts
  #cached: Grower['cached']
  #entries: WaitingEntry[] = []
  #tickets: WaitingTicket[] = []
  #observers: Waiting<Growth>[] = []
  #draining: Promise<void> | undefined
  #broken: EvidenceError | undefined

  constructor(parts: SequencerParts) {
    this.#parts = parts
  }

  /** Adds an entry that has no transaction of its own. */
  record(body: Uint8Array): Promise<Receipt> {
    return this.#wait((waiting) => {
      this.#entries.push({ body, hash: leafHash(body), ...waiting })
    })
  }

  /** The receipt of an entry whose transaction has committed; RECEIPT_NOT_FOUND otherwise. */
  settle(posted: Posted): Promise<Receipt> {
    return this.#wait((waiting) => {
      this.#tickets.push({ ...posted, ...waiting })
    })
  }

  /** Sequences what lies in the outbox and gives the log as it then stands, released. */
  observe(): Promise<Growth> {
    return this.#wait((waiting) => {
      this.#observers.push(waiting)
    })
  }

  /** Resolves when no batch is under way. */
  async idle(): Promise<void> {
    await this.#draining
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
      try {
        const growth = await this.#grow(entries)
        acknowledge(entries, growth)
        await this.#settle(tickets, growth)
        for (const observer of observers) observer.resolve(growth)
      } catch (cause) {
        const error = this.#failure(cause)
        for (const waiting of [...entries, ...tickets, ...observers]) waiting.reject(error)
      }
    }
    // INVARIANT: no await between finding nothing and this line, or a waiting entry would be lost.
    this.#draining = undefined
  }

  async #grow(entries: readonly DirectEntry[]): Promise<Growth> {
    const { database, guard, store, signers } = this.#parts
    const grower = { store, signers, cached: this.#cached }
    this.#cached = undefined
    const growth = await database.transact((tx) => growLog(tx, grower, entries))
    await guard.release(growth.head, (size) => this.#rootAt(size, growth))
    this.#cached = growth.grown ?? grower.cached
    return growth
  }

  // INVARIANT: a batch that grew the log knows that its root was the one before.
  async #rootAt(size: number, { before, grown }: Growth): Promise<Uint8Array> {
    if (grown && size === before.size) return before.root
    return (await loadTree(this.#tile, size, [])).root()
  }

  async #settle(tickets: readonly WaitingTicket[], growth: Growth): Promise<void> {
    if (tickets.length === 0) return
    const mayComeLater = growth.tickets.length === BATCH_LIMIT
    const placed = new Map(growth.tickets.map((ticket, i) => [ticket, growth.before.size + i]))
    const tree = growth.grown?.view
    for (const waiting of tickets) {
      const { ticket, entry } = waiting
      const index = placed.get(ticket)
      const receipt =
        tree && index !== undefined && entry !== undefined
          ? makeReceipt(tree, growth.note, index, entry)
          : await this.#stored(ticket, growth)
      if (receipt) waiting.resolve(receipt)
      else if (mayComeLater) this.#tickets.push(waiting)
      else waiting.reject(new EvidenceError('RECEIPT_NOT_FOUND', `ticket ${ticket}`))
    }
  }

  async #stored(ticket: string, { head, note }: Growth): Promise<Receipt | undefined> {
    const { store, database } = this.#parts
    const leaf = await store.leafOfTicket(database.reader, ticket)
    if (leaf === undefined) return undefined
    const tree = await loadTree(this.#tile, head.size, [leaf.index])
    return makeReceipt(tree, note, leaf.index, Buffer.from(leaf.body).toString())
  }

  readonly #tile: TileReader = (level, index) =>
    this.#parts.store.tile(this.#parts.database.reader, level, index)

  // A fork is final: nothing more is signed or released here until a person has looked.
  #failure(cause: unknown): EvidenceError {
    if (!(cause instanceof EvidenceError)) {
      return new EvidenceError('LOG_UNAVAILABLE', 'the log could not be written', { cause })
    }
    if (cause.code === 'LOG_FORKED') this.#broken = cause
    return cause
  }
}

function acknowledge(entries: readonly WaitingEntry[], growth: Growth): void {
  const tree = growth.grown?.view
  const first = growth.head.size - entries.length
  for (const [i, { body, resolve }] of entries.entries()) {
    if (tree) resolve(makeReceipt(tree, growth.note, first + i, Buffer.from(body).toString()))
  }
}
