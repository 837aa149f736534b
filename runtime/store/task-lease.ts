import { type Kysely, sql, type Transaction } from 'kysely'
import type { MigrationSet } from './migration.ts'
import { TaskError } from './task-error.ts'

/** Who holds which task until when. pg-boss keeps the tasks; it knows no leases of milliseconds. */
export const TASK_LEASES: MigrationSet = {
  owner: 'task-queue',
  migrations: [
    {
      id: '0001-leases',
      sql: `
        create sequence task_fence as bigint;
        create table task_lease (
          task_id uuid primary key,
          recipient text not null,
          attempt integer not null,
          fence bigint not null,
          expires_at timestamptz not null
        );
        create index task_lease_expiry on task_lease (recipient, expires_at);`,
    },
  ],
}

/** One claim of a task in pg-boss, as its calls take it. */
export interface Claim {
  readonly id: string
  readonly retryCount: number
}

export interface Expiry {
  readonly nowMs: number
  /** Claims whose lease ran out; their lease is gone. */
  readonly expired: readonly Claim[]
  /** Until the next lease of this recipient runs out. */
  readonly nextInMs: number | undefined
}

/** Takes the leases away that ran out, by the database's clock, which all processes share. */
export async function expireLeases<DB>(tx: Transaction<DB>, recipient: string): Promise<Expiry> {
  const { rows } = await sql<{ now: string; next: string | null; gone: Claim[] | null }>`
    with gone as (
      delete from task_lease where task_id in (
        select task_id from task_lease
        where recipient = ${recipient} and expires_at <= clock_timestamp()
        order by expires_at for update skip locked limit 100)
      returning task_id, attempt
    )
    select extract(epoch from clock_timestamp()) * 1000 as now,
      (select json_agg(json_build_object('id', task_id, 'retryCount', attempt)) from gone) as gone,
      (select extract(epoch from min(expires_at) - clock_timestamp()) * 1000 from task_lease
        where recipient = ${recipient} and expires_at > clock_timestamp()) as next`.execute(tx)
  const [row] = rows
  return {
    nowMs: Number(row?.now),
    expired: row?.gone ?? [],
    nextInMs: row?.next == null ? undefined : Number(row.next),
  }
}

/** Leases claimed tasks; gives the fence of each, in the order of the claims. */
export async function takeLeases<DB>(
  tx: Transaction<DB>,
  recipient: string,
  claims: readonly Claim[],
  leaseMs: number,
): Promise<bigint[]> {
  const { rows } = await sql<{ task_id: string; fence: bigint }>`
    insert into task_lease (task_id, recipient, attempt, fence, expires_at)
    select id, ${recipient}, attempt, nextval('task_fence'), ${until(leaseMs)}
    from unnest(${claims.map(({ id }) => id)}::uuid[],
      ${claims.map(({ retryCount }) => retryCount)}::int[]) as claim (id, attempt)
    returning task_id, fence`.execute(tx)
  const fences = new Map(rows.map(({ task_id, fence }) => [task_id, fence]))
  return claims.map(({ id }) => fences.get(id) ?? -1n)
}

/** @throws TaskError TASK_FENCED */
export async function extendLease<DB>(
  db: Kysely<DB>,
  taskId: string,
  fence: bigint,
  leaseMs: number,
): Promise<void> {
  const { rows } = await sql`
    update task_lease set expires_at = ${until(leaseMs)}
    where task_id = ${taskId} and fence = ${fence} returning task_id`.execute(db)
  if (rows.length !== 1) throw fenced(taskId)
}

/** What a holder shows for its lease. */
export interface HeldTask {
  readonly taskId: string
  readonly fence: bigint
}

export interface EndedLease {
  readonly recipient: string
  readonly claim: Claim
}

/**
 * Ends leases in the caller's transaction, all or none. Whoever ends one holds its row, so a lease
 * that is being taken away at the same time either waits for this transaction or has won.
 *
 * @throws TaskError TASK_FENCED when a fence is not the newest of its task
 */
export async function endLeases<DB>(
  tx: Transaction<DB>,
  held: readonly HeldTask[],
): Promise<EndedLease[]> {
  const { rows } = await sql<{ task_id: string; recipient: string; attempt: number }>`
    delete from task_lease using unnest(${held.map(({ taskId }) => taskId)}::uuid[],
      ${held.map(({ fence }) => fence)}::bigint[]) as held (id, held_fence)
    where task_id = id and fence = held_fence
    returning task_id, recipient, attempt`.execute(tx)
  const ended = new Map(rows.map((row) => [row.task_id, row]))
  return held.map(({ taskId }) => {
    const row = ended.get(taskId)
    if (!row) throw fenced(taskId)
    return { recipient: row.recipient, claim: { id: taskId, retryCount: row.attempt } }
  })
}

export function fenced(taskId: string): TaskError {
  return new TaskError('TASK_FENCED', `lease of task ${taskId} was lost`)
}

function until(leaseMs: number) {
  return sql`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`
}
