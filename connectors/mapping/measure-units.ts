// Decimal places above the smallest unit of a currency.
const CURRENCIES: readonly ReadonlyMap<string, number>[] = [
  new Map([
    ['fen', 0],
    ['jiao', 1],
    ['yuan', 2],
    ['thousand-yuan', 5],
    ['wan-yuan', 6],
    ['million-yuan', 8],
    ['yi-yuan', 10],
  ]),
  new Map([
    ['cent', 0],
    ['dollar', 2],
    ['thousand-dollar', 5],
    ['million-dollar', 8],
  ]),
]

/**
 * By how many decimals a number in `from` shifts to become one in `to`: yuan → fen is 2. Undefined
 * where the units do not convert, or where it would lose decimals. Units that are no money convert
 * to themselves only.
 */
export function decimalShift(from: string, to: string): number | undefined {
  if (from === to) return 0
  const places = CURRENCIES.find((units) => units.has(from) && units.has(to))
  const shift = (places?.get(from) ?? 0) - (places?.get(to) ?? 0)
  return places !== undefined && shift > 0 ? shift : undefined
}
