import type { Kysely } from 'kysely'
import { digestBytes } from '#crypto/digest'
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

  constructor(db: Kysely<LedgerDatabase>, spaceId: string) {
    this.#db = db
    this.#spaceId = spaceId
  }

  async find(invitation: string): Promise<LedgerEntry | undefined> {
    return this.#session(invitation)
      .select(['state', 'sid', 'advert', 'transcript'])
      .executeTakeFirst()
  }

  async reserve(tx: LedgerTransaction, reservation: Reservation): Promise<void> {
    const { cohorts, at, consumerGroup, ...rest } = reservation
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

  async markVoid(tx: LedgerTransaction, invitation: string, jws: string): Promise<void> {
    await tx
      .updateTable('ledger_session')
      .set({ state: 'void', void: jws })
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
      .execute()
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

  async reservedSince(contract: string, from: number): Promise<number> {
    const { count } = await this.#db
      .selectFrom('ledger_session')
      .select((eb) => eb.fn.countAll<bigint>().as('count'))
      .where('space_id', '=', this.#spaceId)
      .where('contract', '=', contract)
      .where('reserved_at', '>=', new Date(from))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  transaction<T>(work: (tx: LedgerTransaction) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(work)
  }

  #session(invitation: string) {
    return this.#db
      .selectFrom('ledger_session')
      .where('space_id', '=', this.#spaceId)
      .where('invitation', '=', invitation)
  }
}

function conflict(message: string): ConnectorError {
  return new ConnectorError('LEDGER_CONFLICT', message)
}
