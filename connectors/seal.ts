import { canonical } from '#crypto/digest'
import type { JsonValue } from '#crypto/json-value'
import { endOfTerm, type OpeningKind, type OpeningStore } from '#evidence/opening-store'
import type { LedgerTransaction } from './ledger/holder-ledger.ts'

/** Seals a value for a log entry and keeps its opening; answers the salted digest. */
export type Seal = (tx: LedgerTransaction, kind: OpeningKind, value: JsonValue) => Promise<string>

export interface SealOptions {
  readonly did: string
  readonly openings: OpeningStore
  readonly now: () => number
  /** How long an opening is kept. */
  readonly disclosableMs: number
}

/** Keeps openings, the holder's own matter, in its database, in the transaction of their entry. */
export function sealWith({ did: party, openings, now, disclosableMs }: SealOptions): Seal {
  return (tx, kind, value) => {
    const text = Buffer.from(canonical(value)).toString('utf8')
    const eraseAfter = endOfTerm(now(), disclosableMs)
    return openings.keep(tx, text, { kind, party, eraseAfter })
  }
}
