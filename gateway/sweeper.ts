import { type Kysely, sql } from 'kysely'
import type { Log } from '#runtime/log'
import { expireAttempt } from './flow/expire-attempt.ts'
import { forgetDisclosable } from './flow/forget-disclosable.ts'
import { type GatewayDesk, instant } from './gateway-desk.ts'
import type { GatewayDatabase } from './store/schema.ts'

export interface SweeperOptions {
  readonly desk: GatewayDesk
  readonly db: Kysely<GatewayDatabase>
  readonly log: Log
  /** How long after the end of one sweep the next begins. */
  readonly everyMs: number
}

const MOST_AT_ONCE = 100

/**
 * Gives up what is overdue, scrubs the blobs of attempts that ended long ago and forgets what may
 * no longer be disclosed. Every replica has one; a lock in the database lets one of them sweep at a
 * time. Answers how many attempts it gave up.
 */
export async function sweep({ desk, db }: Pick<SweeperOptions, 'desk' | 'db'>): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ leads: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(${`baotu sweep ${desk.spaceId}`})) as leads
    `.execute(tx)
    if (rows[0]?.leads !== true) return 0
    const overdue = await desk.queries.overdue(instant(desk), MOST_AT_ONCE)
    for (const invitation of overdue) await expireAttempt(desk, invitation)
    await desk.blobs.scrub(instant(desk, -desk.timing.retentionMs))
    await forgetDisclosable(desk, tx)
    return overdue.length
  })
}

/** Sweeps until disposed. A sweep that fails is logged, and the next one tries again. */
export function startSweeper(options: SweeperOptions): AsyncDisposable {
  const { log, everyMs } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  const again = () => {
    if (isStopped) return
    timer = setTimeout(() => {
      running = sweep(options).then(
        (count) => {
          if (count > 0) log.info({ count }, 'attempts given up')
        },
        (error: unknown) => log.error({ err: error }, 'sweep failed'),
      )
      running.then(again, again)
    }, everyMs)
  }
  again()
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
