import { type QueryExecutorProvider, sql } from 'kysely'
import type { Random } from '#crypto/random'
import { firstRow } from './log-database.ts'
import { type Opening, sealValue } from './opening.ts'

/** What a sealed value is: decides who may see it. */
export type OpeningKind = 'VERDICT' | 'REASON' | 'REFERENCE' | 'SUBJECT' | 'LEDGER'

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

// A regulator sees all (监管盐), an auditor nothing that leads to a subject or a business reference.
const AUDITED: readonly OpeningKind[] = ['VERDICT', 'REASON', 'LEDGER']

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
    await this.keepSealed(tx, opening, options)
    return opening.digest
  }

  /** Keeps an opening whose salt another protocol chose, such as the verdicts'. */
  async keepSealed(
    tx: QueryExecutorProvider,
    { digest, label, text }: Opening,
    { kind, party, eraseAfter }: KeepOptions,
  ): Promise<void> {
    await sql`insert into evidence_opening (space_id, digest, label, text, kind, party, erase_after)
      values (${this.#space}, ${digest}, ${label}, ${text}, ${kind}, ${party ?? null}, ${eraseAfter})
      on conflict do nothing`.execute(tx)
  }

  /** Those of `digests` that this reader may open, and that are not erased. */
  async show(
    on: QueryExecutorProvider,
    digests: readonly string[],
    { role, did }: EvidenceReader,
  ): Promise<KeptOpening[]> {
    const kinds = role === 'AUDITOR' ? AUDITED : []
    const { rows } = await sql<KeptOpening>`select digest, label, text, kind from evidence_opening
      where space_id = ${this.#space} and digest = any(${digests})
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
