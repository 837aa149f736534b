import { sql } from 'kysely'
import type { GatewayTransaction } from './schema.ts'

/** One budget (预算) as it is asked for: `amount` more, of at most `limit`. */
export interface Reserved {
  readonly key: string
  readonly amount: number
  readonly limit: number
  /** Only what was reserved so recently counts; undefined: everything ever reserved. */
  readonly windowMs: number | undefined
}

/** A counter to be read. */
export type Counted = Pick<Reserved, 'key' | 'windowMs'>

/**
 * The gateway's budgets. A request reserves each budget at most once, before any holder is asked,
 * and nothing is ever given back: a crash, a void and a retry cost the same as an answer.
 * Callers run in a serialisable transaction; the rows make concurrent ones collide.
 */
export class BudgetStore {
  readonly #spaceId: string

  constructor(spaceId: string) {
    this.#spaceId = spaceId
  }

  /**
   * What other requests than `request` have used of each counter, by key; unused ones are absent.
   * A request that is tried again meets its own reservation as if it were the first time.
   */
  async used(
    tx: GatewayTransaction,
    request: string,
    counted: readonly Counted[],
    now: Date,
  ): Promise<Readonly<Record<string, number>>> {
    const used: Record<string, number> = {}
    for (const [windowMs, group] of Map.groupBy(counted, (counter) => counter.windowMs)) {
      const keys = group.map(({ key }) => key)
      const rows = await (windowMs === undefined
        ? this.#totals(tx, request, keys)
        : this.#recent(tx, request, keys, new Date(now.getTime() - windowMs)))
      for (const { key, used: amount } of rows) used[key] = Number(amount)
    }
    return used
  }

  /**
   * Reserves all of them or none, each once for a request. Answers what is reserved now and was
   * not before; undefined when one limit would be passed: then nothing was written.
   */
  async reserve(
    tx: GatewayTransaction,
    request: string,
    reservations: readonly Reserved[],
    now: Date,
  ): Promise<readonly Reserved[] | undefined> {
    const used = await this.used(tx, request, reservations, now)
    const fits = ({ key, amount, limit }: Reserved) => (used[key] ?? 0) + amount <= limit
    if (!reservations.every(fits)) return undefined
    const held = await this.#held(tx, request)
    const fresh = reservations.filter(({ key }) => !held.has(key))
    for (const { key, amount } of fresh) await this.#add(tx, { request, key, amount, now })
    return fresh
  }

  async #add(
    tx: GatewayTransaction,
    { request, key, amount, now }: { request: string; key: string; amount: number; now: Date },
  ): Promise<void> {
    const row = { space_id: this.#spaceId, key }
    const reservation = { ...row, request, amount: BigInt(amount), reserved_at: now }
    await tx.insertInto('budget_reservation').values(reservation).execute()
    await tx
      .insertInto('budget_counter')
      .values({ ...row, used: BigInt(amount) })
      .onConflict((conflict) =>
        conflict
          .columns(['space_id', 'key'])
          .doUpdateSet({ used: sql`budget_counter.used + excluded.used` }),
      )
      .execute()
  }

  async #held(tx: GatewayTransaction, request: string): Promise<ReadonlySet<string>> {
    const rows = await tx
      .selectFrom('budget_reservation')
      .select('key')
      .where('space_id', '=', this.#spaceId)
      .where('request', '=', request)
      .execute()
    return new Set(rows.map(({ key }) => key))
  }

  async #totals(tx: GatewayTransaction, request: string, keys: readonly string[]) {
    return tx
      .selectFrom('budget_counter as counter')
      .leftJoin('budget_reservation as own', (join) =>
        join
          .onRef('own.space_id', '=', 'counter.space_id')
          .onRef('own.key', '=', 'counter.key')
          .on('own.request', '=', request),
      )
      .select(['counter.key as key', sql<bigint>`used - coalesce(amount, 0)`.as('used')])
      .where('counter.space_id', '=', this.#spaceId)
      .where('counter.key', 'in', keys)
      .execute()
  }

  async #recent(tx: GatewayTransaction, request: string, keys: readonly string[], since: Date) {
    return tx
      .selectFrom('budget_reservation')
      .select(['key', sql<string>`sum(amount)`.as('used')])
      .where('space_id', '=', this.#spaceId)
      .where('key', 'in', keys)
      .where('request', '!=', request)
      .where('reserved_at', '>', since)
      .groupBy('key')
      .execute()
  }
}
