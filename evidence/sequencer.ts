/**
 * Gives entries their indexes, in group commits: while one batch is being made durable, the next
 * one gathers. Every replica may sequence; an advisory lock lets one lead at a time, and the head
 * moves by compare-and-swap besides. What a batch made is shown to the fork guard, and only then is
 * anything acknowledged.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { leafHash } from '#crypto/merkle'
import { faultPoint } from '#runtime/fault-point'
import { Batch, type Posted, type Waiting, type WaitingEntry, type WaitingTicket } from './batch.ts'
import { EvidenceError } from './evidence-error.ts'
import type { ForkGuard } from './fork-guard.ts'
import type { LogDatabase } from './log-database.ts'
import { BATCH_LIMIT, type DirectEntry, type Grower, type Growth, growLog } from './log-growth.ts'
import type { LogStore } from './log-store.ts'
import { loadTree, type TileReader } from './log-tree.ts'
import type { NoteSigner } from './note-signer.ts'
import { makeReceipt, type Receipt } from './receipt.ts'
import { storedReceipts } from './stored-receipts.ts'

export interface SequencerParts {
  readonly database: LogDatabase
  readonly store: LogStore
  readonly signers: readonly NoteSigner[]
  readonly guard: ForkGuard
}

/** In the database, not yet shown to the guard: nobody was told of it. */
interface StoredBatch {
  readonly batch: Batch
  readonly growth: Growth
}

export class Sequencer {
  readonly #parts: SequencerParts
  #cached: Grower['cached']
  #entries: WaitingEntry[] = []
  #tickets: WaitingTicket[] = []
  #observers: Waiting<Growth>[] = []
  #draining: Promise<void> | undefined
  #releasing: Promise<void> = Promise.resolve()
  #reading: Promise<void> = Promise.resolve()
  #stored: StoredBatch | undefined
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
    const { promise, ...waiting } = Promise.withResolvers<Receipt>()
    if (this.#stored?.growth.placed.has(posted.ticket)) {
      this.#stored.batch.join([{ ...posted, ...waiting }])
      return promise
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

  /** Resolves when no batch is under way and everyone is answered. */
  async idle(): Promise<void> {
    await this.#draining
    await this.#releasing
    await this.#reading
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
      const batch = new Batch(
        this.#entries.splice(0, BATCH_LIMIT),
        this.#tickets.splice(0),
        this.#observers.splice(0),
      )
      try {
        const growth = await this.#grow(batch.entries)
        await this.#releasing
        batch.join(this.#takePlaced(growth))
        // The next batch is under way while this one is released and its receipts are made.
        this.#stored = { batch, growth }
        this.#releasing = this.#release(this.#stored)
      } catch (cause) {
        batch.reject(this.#failure(cause))
      }
    }
    // INVARIANT: no await between finding nothing and this line, or a waiting entry would be lost.
    this.#draining = undefined
  }

  async #grow(entries: readonly DirectEntry[]): Promise<Growth> {
    const { database, store, signers } = this.#parts
    const grower = { store, signers, cached: this.#cached }
    this.#cached = undefined
    faultPoint('evidence.batch.before-store')
    const growth = await database.hold((session) => growLog(session, grower, entries))
    faultPoint('evidence.batch.after-store')
    this.#cached = growth.grown ?? grower.cached
    return growth
  }

  async #release({ batch, growth }: StoredBatch): Promise<void> {
    try {
      await this.#parts.guard.release(growth.head, (size) => this.#rootAt(size, growth))
      faultPoint('evidence.guard.after-store')
      this.#released = growth
      const newest = BigInt([...growth.placed.keys()].at(-1) ?? 0)
      if (newest > this.#newestTicket) this.#newestTicket = newest
      this.#stored = undefined
      const reading = this.#answerStored(batch.answer(growth), growth)
      // INVARIANT: what has settled is let go, or every batch would be kept for ever.
      this.#reading = Promise.all([this.#reading, reading]).then(() => undefined)
    } catch (cause) {
      this.#stored = undefined
      batch.reject(this.#failure(cause))
    }
  }

  // Those asked for while the batch that has them was under way.
  #takePlaced({ placed }: Growth): WaitingTicket[] {
    const taken = this.#tickets.filter(({ ticket }) => placed.has(ticket))
    if (taken.length > 0) this.#tickets = this.#tickets.filter(({ ticket }) => !placed.has(ticket))
    return taken
  }

  // INVARIANT: a batch that grew the log knows that its root was the one before.
  async #rootAt(size: number, { before, grown }: Growth): Promise<Uint8Array> {
    if (grown && size === before.size) return before.root
    return (await loadTree(this.#tiles, size, [])).root()
  }

  async #answerStored(tickets: readonly WaitingTicket[], growth: Growth): Promise<void> {
    const names = tickets.map(({ ticket }) => ticket)
    const stored = await storedReceipts(this.#parts, names, growth).catch(this.#failure)
    for (const { ticket, resolve, reject } of tickets) {
      const receipt = stored instanceof EvidenceError ? stored : stored.get(ticket)
      if (receipt instanceof EvidenceError) reject(receipt)
      else if (receipt === undefined && growth.placed.size < BATCH_LIMIT) {
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

  // A fork is final: nothing more is signed or released here until a person has looked.
  readonly #failure = (cause: unknown): EvidenceError => {
    if (!(cause instanceof EvidenceError)) {
      return new EvidenceError('LOG_UNAVAILABLE', 'the log could not be written', { cause })
    }
    if (cause.code === 'LOG_FORKED') this.#broken = cause
    return cause
  }
}
