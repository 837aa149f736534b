import { type QueryExecutorProvider, sql } from 'kysely'
import type { Random } from '#crypto/random'
import { firstRow } from './log-database.ts'
import { type Opening, sealValue } from './opening.ts'

/** What a sealed value is: decides who may see it. */
export type OpeningKind =
  | 'VERDICT'
  | 'CHECK'
  | 'REASON'
  | 'REFERENCE'
  | 'SUBJECT'
  | 'LEDGER'
  | 'REQUEST'
  | 'PLAN'
  | 'SUBMISSION'

/** Who reads, as the party's authenticator established. */
export interface EvidenceReader {
  readonly role: 'PUBLIC' | 'PARTICIPANT' | 'AUDITOR' | 'REGULATOR'
  readonly did: string
}

export interface KeepOptions {
  readonly kind: OpeningKind
  /** The participant whose own matter it is, if one: it may see it in any role. */
  readonly party?: string
  /** ms since the epoch; after that the value is erased. */
  readonly eraseAfter: number
}

export interface KeptOpening extends Opening {
  readonly kind: OpeningKind
}

// A regulator sees all (监管盐). An auditor sees nothing that leads to a subject or to a business
// reference, which a request names; what was asked it reads in the plan. What one holder's own
// checks found (CHECK) says something of that holder's rows: only the holder and a regulator see it.
const AUDITED: readonly OpeningKind[] = ['VERDICT', 'REASON', 'LEDGER', 'PLAN', 'SUBMISSION']

const DAY_MS = 86_400_000

/** How long an opening is kept where a party's configuration says nothing: five years, in days. */
export const DISCLOSABLE_DAYS = 1826

/** When an opening that is kept now is erased: whole days, so that the moment says nothing. */
export function endOfTerm(now: number, termMs: number): number {
  return Math.ceil((now + termMs) / DAY_MS) * DAY_MS
}

/** Keeps what salted digests stand for, shows it by role, forgets it in time. */
export class OpeningStore {
  readonly #space: string
  readonly #random: Random

  constructor(space: string, random: Random) {
    this.#space = space
    this.#random = random
  }

  /** Seals a value in the caller's transaction and gives the digest for the entry. */
  async keep(tx: QueryExecutorProvider, value: string, options: KeepOptions): Promise<string> {
    const opening = sealValue(value, this.#random)
    await this.keepSealed(tx, [{ ...opening, ...options }])
    return opening.digest
  }

  /**
   * Keeps openings whose salts another protocol chose, such as the verdicts'. What several records
   * name, such as the plan of a repeated question, is kept for the longest of their terms.
   */
  async keepSealed(
    tx: QueryExecutorProvider,
    openings: readonly (Opening & KeepOptions)[],
  ): Promise<void> {
    const column = <T>(of: (opening: Opening & KeepOptions) => T) => openings.map(of)
    await sql`insert into evidence_opening as kept
        (space_id, digest, label, text, kind, party, erase_after)
      select ${this.#space}, digest, label, text, kind, party, erase_after from unnest(
        ${column(({ digest }) => digest)}::text[], ${column(({ label }) => label)}::text[],
        ${column(({ text }) => text)}::text[], ${column(({ kind }) => kind)}::text[],
        ${column(({ party }) => party ?? null)}::text[],
        ${column(({ eraseAfter }) => eraseAfter)}::bigint[]
      ) as given (digest, label, text, kind, party, erase_after)
      on conflict (space_id, digest) do update set erase_after = excluded.erase_after
        where kept.erase_after < excluded.erase_after`.execute(tx)
  }

  /** Those of `digests`, or of all, that this reader may open, and that are not erased. */
  async show(
    on: QueryExecutorProvider,
    { role, did }: EvidenceReader,
    digests?: readonly string[],
  ): Promise<KeptOpening[]> {
    const kinds = role === 'AUDITOR' ? AUDITED : []
    const { rows } = await sql<KeptOpening>`select digest, label, text, kind from evidence_opening
      where space_id = ${this.#space}
        and (${digests === undefined} or digest = any(${digests ?? []}))
        and (${role === 'REGULATOR'} or kind = any(${kinds})
          or (party = ${did} and ${role !== 'PUBLIC'}))
      order by digest`.execute(on)
    return rows
  }

  /** Erases what is past its term and gives the number: log it as `evidence.erased`. */
  async erase(tx: QueryExecutorProvider, now: number): Promise<number> {
    const row = await firstRow(
      tx,
      sql<{ count: unknown }>`with gone as (delete from evidence_opening
        where space_id = ${this.#space} and erase_after < ${now} returning 1)
        select count(*) as count from gone`,
    )
    return Number(row?.count ?? 0)
  }
}
