import type { Kysely } from 'kysely'
import type { Evidence } from '#evidence/log'
import type { OpeningStore } from '#evidence/opening-store'
import { codeOf } from '#protocol/task-loop'
import type { Log } from '#runtime/log'

export interface ForgettingOptions<DB> {
  readonly did: string
  readonly db: Kysely<DB>
  readonly evidence: Evidence
  readonly openings: OpeningStore
  readonly now: () => number
  readonly log: Pick<Log, 'error'>
  /** How long after one look at the terms the next follows; an hour unless said. */
  readonly everyMs?: number
}

const HOUR_MS = 3_600_000

/** Erases openings whose term is over and records it, at once and on a timer, until disposed. */
export function startForgetting<DB>(options: ForgettingOptions<DB>): AsyncDisposable {
  const { log, everyMs = HOUR_MS } = options
  const forget = () => {
    return forgetExpired(options).catch((error: unknown) => {
      log.error({ code: codeOf(error) }, 'openings past their term could not be erased')
    })
  }
  let running: Promise<unknown> = forget()
  const timer = setInterval(() => {
    running = running.then(forget)
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}

/** Erases what is past its term, with its record, in one transaction; gives how many there were. */
export async function forgetExpired<DB>(
  options: Omit<ForgettingOptions<DB>, 'log' | 'everyMs'>,
): Promise<number> {
  const { did, db, evidence, openings, now } = options
  return await db.transaction().execute(async (tx) => {
    const before = now()
    const count = await openings.erase(tx, before)
    if (count > 0) {
      const erased = { openings: count, before }
      await evidence.append(tx, { type: 'evidence.erased', actor: did, ...erased })
    }
    return count
  })
}
