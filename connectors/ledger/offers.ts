import type { EntryDraft } from '#evidence/entry'
import type { LedgerTransaction } from './holder-ledger.ts'

/** One part of a product with the version of the data behind it: digests, as the log names them. */
export interface Offer {
  readonly product: string
  readonly part: string
  readonly dataset: string
}

type OfferEntry = EntryDraft<'dataset.registered' | 'product.published' | 'product.withdrawn'>
type Known = Offer & { readonly is_offered: boolean }

/** What a holder has told its log that it offers, so that only what changed is told again. */
export class Offers {
  readonly #space: string
  readonly #did: string

  constructor(space: string, did: string) {
    this.#space = space
    this.#did = did
  }

  /** Offers exactly `now` from here on; answers the entries that say what changed, in order. */
  async replace(tx: LedgerTransaction, now: readonly Offer[]): Promise<OfferEntry[]> {
    return this.#change(tx, await this.#known(tx), now)
  }

  /** The same where only these parts are known anew: every other part stays as it is offered. */
  async renew(tx: LedgerTransaction, parts: readonly Offer[]): Promise<OfferEntry[]> {
    const known = await this.#known(tx)
    const others = known.filter((one) => {
      const isRenewed = parts.some(({ product, part }) => {
        return product === one.product && part === one.part
      })
      return one.is_offered && !isRenewed
    })
    return this.#change(tx, known, [...others, ...parts])
  }

  async #change(tx: LedgerTransaction, known: readonly Known[], now: readonly Offer[]) {
    const offered = known.filter(({ is_offered }) => is_offered)
    for (const one of without(offered, now)) await this.#mark(tx, one, false)
    for (const one of without(now, offered)) await this.#mark(tx, one, true)
    return changeEntries(this.#did, known, now)
  }

  async #known(tx: LedgerTransaction): Promise<Known[]> {
    return tx
      .selectFrom('ledger_offer')
      .select(['product', 'part', 'dataset', 'is_offered'])
      .where('space_id', '=', this.#space)
      .execute()
  }

  async #mark(tx: LedgerTransaction, { product, part, dataset }: Offer, is_offered: boolean) {
    await tx
      .insertInto('ledger_offer')
      .values({ space_id: this.#space, product, part, dataset, is_offered })
      .onConflict((conflict) => {
        const key = ['space_id', 'product', 'part', 'dataset'] as const
        return conflict.columns(key).doUpdateSet({ is_offered })
      })
      .execute()
  }
}

/** What a log is told when the offers become `now`: data first, then the products made of it. */
export function changeEntries(
  holder: string,
  known: readonly Known[],
  now: readonly Offer[],
): OfferEntry[] {
  const registered = new Set(known.map(({ dataset }) => dataset))
  const fresh = new Set(now.map(({ dataset }) => dataset)).difference(registered)
  const before = byProduct(known.filter(({ is_offered }) => is_offered))
  const after = byProduct(now)
  const own = { actor: holder, holder }
  return [
    ...[...fresh].map((dataset) => ({ type: 'dataset.registered' as const, ...own, dataset })),
    ...[...after]
      .filter(([product, datasets]) => before.get(product)?.join() !== datasets.join())
      .map(([product, datasets]) => {
        return { type: 'product.published' as const, ...own, product, datasets }
      }),
    ...[...before.keys()]
      .filter((product) => !after.has(product))
      .map((product) => {
        return { type: 'product.withdrawn' as const, actor: holder, product, reason: WITHDRAWN }
      }),
  ]
}

const WITHDRAWN = 'NOT_CONFIGURED'

function byProduct(offers: readonly Offer[]): Map<string, string[]> {
  const products = Map.groupBy(offers, ({ product }) => product)
  return new Map(
    [...products].map(([product, own]) => {
      return [product, [...new Set(own.map(({ dataset }) => dataset))].sort()]
    }),
  )
}

function without(offers: readonly Offer[], others: readonly Offer[]): Offer[] {
  const key = ({ product, part, dataset }: Offer) => `${product} ${part} ${dataset}`
  const known = new Set(others.map(key))
  return offers.filter((offer) => !known.has(key(offer)))
}
