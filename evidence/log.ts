import type { Kysely } from 'kysely'
import { EMPTY_ROOT, leafHash } from '#crypto/merkle'
import type { Clock } from '#runtime/clock'
import type { Posted } from './batch.ts'
import type { EntryDraft } from './entry.ts'
import { entryText } from './entry-form.ts'
import { EvidenceError } from './evidence-error.ts'
import type { ForkGuard } from './fork-guard.ts'
import { type CallerTransaction, type LogDatabase, logDatabase } from './log-database.ts'
import { signed } from './log-growth.ts'
import { LogStore } from './log-store.ts'
import { loadTree } from './log-tree.ts'
import type { NoteSigner } from './note-signer.ts'
import { type Receipt, storedReceipt } from './receipt.ts'
import { Sequencer } from './sequencer.ts'
import type { TileSource } from './tile-source.ts'

export interface EvidenceOptions<DB> {
  /** The party's own database, migrated with `EVIDENCE_MIGRATIONS` among others. */
  readonly db: Kysely<DB>
  readonly spaceId: string
  /** Signs the checkpoints; its name is the log's origin, e.g. `gateway.example/jinan`. */
  readonly signer: NoteSigner
  /** Further lines on every checkpoint, of other key types and the same name, such as SM2. */
  readonly alsoSigners?: readonly NoteSigner[]
  /** The log owns it from here: it is closed with the log. */
  readonly guard: ForkGuard
  readonly clock: Clock
  /** How often entries that nobody asks a receipt for are sequenced; 200 unless said. */
  readonly sweepMs?: number
}

/** An entry in the outbox: what to keep until the transaction has committed. */
export interface Appended extends Required<Posted> {
  /** SHA-256(0x00 ‖ entry), base64. */
  readonly leafHash: string
}

/**
 * One party's transparency log (存证). Opened by each replica; they share the database. Its
 * checkpoint comes after sequencing all that was committed before the call.
 */
export interface Evidence extends TileSource, AsyncDisposable {
  /** Of the log's own key: what others pin. */
  readonly vkey: string
  /**
   * Writes the entry in the caller's transaction: it is in the log exactly when the business event
   * is in the database. It takes no lock, so it suits every isolation level. The index comes with
   * the receipt.
   */
  append(tx: CallerTransaction, draft: EntryDraft): Promise<Appended>
  /** The same for several entries of one event, in one statement; they keep their order. */
  appendAll(tx: CallerTransaction, drafts: readonly EntryDraft[]): Promise<Appended[]>
  /** Writes an entry that belongs to no transaction; durable when it resolves. */
  record(draft: EntryDraft): Promise<Receipt>
  /**
   * The receipt of an appended entry, after its transaction committed. When this fails the log
   * could not be written: do not give the answer. After a crash the ticket alone is enough.
   */
  receipt(posted: Posted): Promise<Receipt>
  /** A fresh receipt of any entry, against the newest checkpoint. */
  receiptAt(index: number): Promise<Receipt>
}

/**
 * Opens the log, making it on first use. Refuses with LOG_FORKED when the database holds less or
 * other than this guard once released, and with LOG_UNAVAILABLE when it belongs to another origin.
 */
export async function openEvidence<DB>(options: EvidenceOptions<DB>): Promise<Evidence> {
  const { signer, guard, clock, sweepMs = 200 } = options
  try {
    const opened = await openLog(options)
    return new EvidenceLog({ ...opened, clock, guard }, signer.verifier.vkey, sweepMs)
  } catch (error) {
    await guard[Symbol.asyncDispose]()
    throw error
  }
}

async function openLog<DB>({ db, signer, alsoSigners, spaceId, guard }: EvidenceOptions<DB>) {
  const signers = [signer, ...(alsoSigners ?? [])]
  const database = logDatabase(db)
  const store = new LogStore(spaceId)
  const origin = signer.verifier.name
  const note = await signed(signers, { origin, size: 0, root: EMPTY_ROOT })
  await store.create(database.reader, { origin, size: 0, note })
  const head = await store.head(database.reader)
  if (head?.origin !== origin) throw new EvidenceError('LOG_UNAVAILABLE', 'log of another origin')
  const sequencer = new Sequencer({ database, store, signers, guard })
  await sequencer.observe()
  return { database, store, sequencer }
}

interface LogParts {
  readonly database: LogDatabase
  readonly store: LogStore
  readonly sequencer: Sequencer
  readonly clock: Clock
  readonly guard: ForkGuard
}

class EvidenceLog implements Evidence {
  readonly vkey: string
  readonly #parts: LogParts
  readonly #sweeper: NodeJS.Timeout
  #sweep: Promise<void> | undefined

  constructor(parts: LogParts, vkey: string, sweepMs: number) {
    this.vkey = vkey
    this.#parts = parts
    this.#sweeper = setInterval(() => this.#sweepOnce(), sweepMs).unref()
  }

  async append(tx: CallerTransaction, draft: EntryDraft): Promise<Appended> {
    const [appended] = await this.appendAll(tx, [draft])
    if (appended === undefined) throw new EvidenceError('LOG_UNAVAILABLE', `entry ${draft.type}`)
    return appended
  }

  async appendAll(tx: CallerTransaction, drafts: readonly EntryDraft[]): Promise<Appended[]> {
    if (!tx.isTransaction) throw new EvidenceError('NOT_IN_TRANSACTION', 'appending an entry')
    const entries = drafts.map((draft) => {
      const entry = this.#entry(draft)
      const body = Buffer.from(entry)
      return { entry, body, hash: leafHash(body) }
    })
    const tickets = await this.#parts.store.post(tx, entries)
    return entries.map(({ entry, hash }, i) => {
      return { ticket: tickets[i] ?? '', leafHash: Buffer.from(hash).toString('base64'), entry }
    })
  }

  async record(draft: EntryDraft): Promise<Receipt> {
    return this.#parts.sequencer.record(this.#entry(draft))
  }

  async receipt(posted: Posted): Promise<Receipt> {
    return this.#parts.sequencer.settle(posted)
  }

  async receiptAt(index: number): Promise<Receipt> {
    const { sequencer, store, database } = this.#parts
    const { head, note } = await sequencer.observe()
    const leaf = index < head.size ? await store.leaf(database.reader, index) : undefined
    if (leaf === undefined) throw new EvidenceError('RECEIPT_NOT_FOUND', `index ${index}`)
    const tree = await loadTree((places) => store.tiles(database.reader, places), head.size, [
      index,
    ])
    return storedReceipt(tree, note, index, leaf.body)
  }

  async checkpoint(): Promise<string> {
    return (await this.#parts.sequencer.observe()).note
  }

  async tile(level: number, index: number): Promise<Uint8Array> {
    const [hashes] = await this.#parts.store.tiles(this.#parts.database.reader, [{ level, index }])
    return hashes ?? new Uint8Array(0)
  }

  async bundle(index: number): Promise<readonly Uint8Array[]> {
    return this.#parts.store.bundle(this.#parts.database.reader, index)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweeper)
    await this.#sweep
    await this.#parts.sequencer.idle()
    await this.#parts.guard[Symbol.asyncDispose]()
  }

  #entry(draft: EntryDraft): string {
    return entryText({ ...draft, v: 1, at: this.#parts.clock.now() })
  }

  // A sweep that fails is tried again by the next one; whoever needs the log hears of it directly.
  #sweepOnce(): void {
    const { store, database, sequencer } = this.#parts
    this.#sweep ??= store
      .hasPosted(database.reader)
      .then((some) => (some ? sequencer.observe().then(() => undefined) : undefined))
      .catch(() => undefined)
      .finally(() => {
        this.#sweep = undefined
      })
  }
}
