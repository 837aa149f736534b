import { sql } from 'kysely'
import pg from 'pg'
import type { GatewayTransaction } from './schema.ts'

const CHANNEL = 'baotu_query'

/** Wakes long polls on every replica when a query reached another stage. */
export interface QuerySignals extends AsyncDisposable {
  /** Sent when the transaction commits. */
  changed(tx: GatewayTransaction, request: string): Promise<void>
  /** Begins to wait; call it before reading the state, so that no change falls between. */
  next(request: string, signal: AbortSignal): NextChange
}

/** `changed` settles at the next change of a query or when the signal aborts; early at worst. */
export interface NextChange extends Disposable {
  readonly changed: Promise<void>
}

export interface SignalOptions {
  /** The URL of the gateway's database; one connection is kept for listening. */
  readonly url: string
  readonly reconnectMs?: number
  readonly onLost?: (error: Error) => void
}

/** Listens until disposed. A lost connection wakes everybody, who then read for themselves. */
export async function openQuerySignals(options: SignalOptions): Promise<QuerySignals> {
  const listener = new Listener(options)
  await listener.connect()
  return {
    changed: async (tx, request) => {
      await sql`select pg_notify(${CHANNEL}, ${request})`.execute(tx)
    },
    next: (request, signal) => listener.next(request, signal),
    [Symbol.asyncDispose]: () => listener.close(),
  }
}

class Listener {
  readonly #options: SignalOptions
  readonly #waiting = new Map<string, Set<() => void>>()
  #client: pg.Client | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: SignalOptions) {
    this.#options = options
  }

  async connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#options.url })
    client.on('notification', ({ payload }) => this.#wake(payload ?? ''))
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('connection ended')))
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    this.#client = client
  }

  next(request: string, signal: AbortSignal): NextChange {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(request) ?? new Set()
    const settle = () => {
      signal.removeEventListener('abort', settle)
      waiting.delete(settle)
      if (waiting.size === 0) this.#waiting.delete(request)
      resolve()
    }
    this.#waiting.set(request, waiting.add(settle))
    signal.addEventListener('abort', settle)
    if (signal.aborted || this.#closed) settle()
    return { changed: promise, [Symbol.dispose]: settle }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#wakeAll()
    await this.#client?.end()
  }

  #wake(request: string): void {
    for (const settle of [...(this.#waiting.get(request) ?? [])]) settle()
  }

  #wakeAll(): void {
    for (const request of [...this.#waiting.keys()]) this.#wake(request)
  }

  #lost(client: pg.Client, error: Error): void {
    if (this.#closed || client !== this.#client) return
    this.#client = undefined
    this.#options.onLost?.(error)
    this.#wakeAll()
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    if (this.#closed) return
    this.#retry = setTimeout(() => {
      this.connect().then(
        () => this.#wakeAll(),
        () => this.#reconnectLater(),
      )
    }, this.#options.reconnectMs ?? 500)
  }
}
