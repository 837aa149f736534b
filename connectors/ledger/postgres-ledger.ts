import { type Kysely, sql } from 'kysely'
import { digestBytes } from '#crypto/digest'
import type { Random } from '#crypto/random'
import { type InTransaction, transactionsOf } from '#runtime/store/transaction'
import { ConnectorError } from '../errors.ts'
import type {
  HolderLedger,
  LedgerEntry,
  LedgerTransaction,
  Reservation,
  StoredSubmission,
  Veto,
} from './holder-ledger.ts'
import type { LedgerDatabase } from './schema.ts'

/** The ledger in the holder's own PostgreSQL database. */
export class PostgresLedger implements HolderLedger {
  readonly #db: Kysely<LedgerDatabase>
  readonly #spaceId: string
  readonly transaction: InTransaction<LedgerDatabase>

  constructor(db: Kysely<LedgerDatabase>, spaceId: string, random: Random) {
    this.#db = db
    this.#spaceId = spaceId
    this.transaction = transactionsOf(db, { random })
  }

  async find(invitation: string): Promise<LedgerEntry | undefined> {
    return this.#session(invitation)
      .select(['state', 'sid', 'advert', 'transcript'])
      .executeTakeFirst()
  }

  async reserve(
    tx: LedgerTransaction,
    reservation: Reservation,
  ): Promise<Readonly<Record<string, number>>> {
    const { cohorts, spends, at, consumerGroup, ...rest } = reservation
    const inserted = await tx
      .insertInto('ledger_session')
      .values({
        ...rest,
        space_id: this.#spaceId,
        consumer_group: consumerGroup,
        state: 'reserved',
        reserved_at: new Date(at),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (inserted.numInsertedOrUpdatedRows !== 1n) throw conflict('the session is reserved already')
    const { invitation } = reservation
    const rows = cohorts.map(({ columns, ...cohort }) => {
      return { ...cohort, space_id: this.#spaceId, invitation, columns: [...columns] }
    })
    await tx.insertInto('ledger_cohort').values(rows).execute()
    return this.#spend(tx, reservation)
  }

  async submit(
    tx: LedgerTransaction,
    invitation: string,
    { transcript, submission, ciphertexts }: StoredSubmission,
    vetoes: readonly Veto[],
  ): Promise<void> {
    const { numUpdatedRows } = await tx
      .updateTable('ledger_session')
      .set({ state: 'submitted', transcript, submission })
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('state', '=', 'reserved')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw conflict('the session is not open for a submission')
    const blobs = ciphertexts.map((bytes, position) => {
      return { space_id: this.#spaceId, invitation, digest: digestBytes(bytes), position, bytes }
    })
    await tx.insertInto('ledger_ciphertext').values(blobs).execute()
    const reasons = vetoes.map(({ part, group, rule }) => {
      return { space_id: this.#spaceId, invitation, part, group_index: group, rule }
    })
    if (reasons.length > 0) await tx.insertInto('ledger_veto').values(reasons).execute()
  }

  async submission(invitation: string): Promise<StoredSubmission | undefined> {
    const found = await this.#session(invitation)
      .select(['transcript', 'submission'])
      .executeTakeFirst()
    if (!found?.submission || found.transcript === null) return undefined
    const rows = await this.#db
      .selectFrom('ledger_ciphertext')
      .select('bytes')
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .orderBy('position')
      .execute()
    const { transcript, submission } = found
    return { transcript, submission, ciphertexts: rows.map(({ bytes }) => bytes) }
  }

  async markVoid(
    tx: LedgerTransaction,
    invitation: string,
    { transcript, jws }: { readonly transcript: string | null; readonly jws: string },
  ): Promise<void> {
    const { numUpdatedRows } = await tx
      .updateTable('ledger_session')
      .set({ state: 'void', void: jws })
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .where('state', '!=', 'void')
      .where('transcript', transcript === null ? 'is' : '=', transcript)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw conflict('the session was submitted or ended meanwhile')
  }

  async vetoes(invitation: string): Promise<readonly Veto[]> {
    const rows = await this.#db
      .selectFrom('ledger_veto')
      .select(['part', 'group_index', 'rule'])
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .orderBy('part')
      .orderBy('group_index')
      .execute()
    return rows.map(({ part, group_index, rule }) => ({ part, group: group_index, rule }))
  }

  async spent(at: number): Promise<Readonly<Record<string, number>>> {
    return spentUpTo(this.#db, this.#spaceId, at)
  }

  async #spend(
    tx: LedgerTransaction,
    { invitation, spends, at }: Reservation,
  ): Promise<Readonly<Record<string, number>>> {
    const used = await spentUpTo(tx, this.#spaceId, at)
    const spent = Object.fromEntries(
      spends.map(({ counter, amount, limit }) => {
        const total = (used[counter] ?? 0) + amount
        if (total <= limit) return [counter, total]
        throw new ConnectorError('LEDGER_LIMIT', 'a counter of the policies is used up')
      }),
    )
    if (spends.length === 0) return spent
    const rows = spends.map(({ counter, amount, windowMs }) => ({
      space_id: this.#spaceId,
      invitation,
      counter,
      amount: BigInt(amount),
      window_ms: windowMs === undefined ? null : BigInt(windowMs),
      reserved_at: new Date(at),
    }))
    await tx.insertInto('ledger_reservation').values(rows).execute()
    return spent
  }

  #session(invitation: string) {
    return this.#db
      .selectFrom('ledger_session')
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
  }
}

async function spentUpTo(
  db: Kysely<LedgerDatabase>,
  spaceId: string,
  at: number,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ counter: string; spent: string }>`
    select counter, sum(amount)::text as spent from ledger_reservation
    where space_id = ${spaceId}
      and (window_ms is null or reserved_at > ${new Date(at)}::timestamptz - window_ms * interval '1 ms')
    group by counter`.execute(db)
  return Object.fromEntries(rows.map(({ counter, spent }) => [counter, Number(spent)]))
}

function conflict(message: string): ConnectorError {
  return new ConnectorError('LEDGER_CONFLICT', message)
}
