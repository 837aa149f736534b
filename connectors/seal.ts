import { canonical } from '#crypto/digest'
import type { JsonValue } from '#crypto/json-value'
import type { OpeningKind, OpeningStore } from '#evidence/opening-store'
import type { LedgerTransaction } from './ledger/holder-ledger.ts'

/** How long a holder keeps what its log shows only as a salted digest: three years. */
const OPENING_KEPT_MS = 3 * 365 * 86_400_000

/** Seals a value for a log entry and keeps its opening; answers the salted digest. */
export type Seal = (tx: LedgerTransaction, kind: OpeningKind, value: JsonValue) => Promise<string>

/** Keeps openings in the holder's own database, in the transaction of their entry. */
export function sealWith(openings: OpeningStore, now: () => number): Seal {
  return (tx, kind, value) => {
    const text = Buffer.from(canonical(value)).toString('utf8')
    return openings.keep(tx, text, { kind, eraseAfter: now() + OPENING_KEPT_MS })
  }
}
