import type { EntryDraft } from '#evidence/entry'
import type { EntryType } from '#evidence/entry-fields'
import type { Evidence } from '#evidence/log'
import type { ReceiptBody } from '#protocol/messages/query-state'
import { GatewayError } from './gateway-error.ts'
import type { GatewayTransaction } from './store/schema.ts'

/** An entry of the gateway's own log; it is always its actor. */
export type JournalEntry =
  EntryDraft<EntryType> extends infer D
    ? D extends { readonly actor: string }
      ? Omit<D, 'actor'>
      : never
    : never

/**
 * The gateway's log (存证) as its transitions use it. When the log cannot be written nothing is
 * answered and nothing is done: every failure here is `EVIDENCE_UNAVAILABLE`.
 */
export class Journal {
  readonly #evidence: Evidence
  readonly #did: string

  constructor(evidence: Evidence, did: string) {
    this.#evidence = evidence
    this.#did = did
  }

  /** Writes an entry in the transaction of its event; answers the ticket of its receipt. */
  async append(tx: GatewayTransaction, entry: JournalEntry): Promise<string> {
    const [ticket = ''] = await this.appendAll(tx, [entry])
    return ticket
  }

  /** Several entries of one event in one statement, in order, with the ticket of each. */
  async appendAll(tx: GatewayTransaction, entries: readonly JournalEntry[]): Promise<string[]> {
    const drafts = entries.map((entry) => ({ ...entry, actor: this.#did }) as EntryDraft)
    const appended = await this.#evidence.appendAll(tx, drafts).catch(unavailable)
    return appended.map(({ ticket }) => ticket)
  }

  /** The receipt of an entry whose transaction has committed. */
  async receipt(ticket: string): Promise<ReceiptBody> {
    const receipt = await this.#evidence.receipt({ ticket }).catch(unavailable)
    return { ...receipt, proof: [...receipt.proof] }
  }
}

// A collision of transactions is no fault of the log: the caller's transaction is repeated.
function unavailable(cause: unknown): never {
  const code: unknown = Reflect.get(Object(cause), 'code')
  if (code === '40001' || code === '40P01') throw cause
  throw new GatewayError('EVIDENCE_UNAVAILABLE', 'the log could not be written', { cause })
}
