import type { GateControls } from './gate-controls.ts'

/** The two largest of some non-negative numbers, and the sum of all of them. */
export interface Concentration {
  readonly total: bigint
  readonly first: bigint
  readonly second: bigint
}

/** What the dominance rules read of one amount in one cohort; see protocol's `AmountPart`. */
export interface AmountSummary {
  readonly sumOfSquares: bigint
  readonly positive: Concentration
  readonly negative: Concentration
}

/**
 * The p % rule (OC2): an estimate of the largest contributor by the second largest must be off by
 * at least p %, so fail if X − x₁ − x₂ < (p/100)·x₁.
 */
export function passesPPercent({ total, first, second }: Concentration, p: number): boolean {
  return (total - first - second) * 100n >= BigInt(p) * first
}

/** The (n, k) rule (OC3) for n = 1 or 2: the n largest hold at most `share` percent. */
export function passesShare(
  { total, first, second }: Concentration,
  { dominanceN, dominanceShare }: Pick<GateControls, 'dominanceN' | 'dominanceShare'>,
): boolean {
  const largest = dominanceN === 1 ? first : first + second
  return largest * 100n <= BigInt(dominanceShare) * total
}

/**
 * Whether an amount may be summed over this cohort: both rules on |x|, on the positive part and on
 * the negative part (OC4); where OC6 is on and squares are released, on x² too, because x can
 * pass where x² does not.
 */
export function amountPasses(
  amount: AmountSummary,
  squares: boolean,
  controls: GateControls,
): boolean {
  const magnitude = magnitudes(amount)
  const parts = [magnitude, amount.positive, amount.negative]
  const holds = (part: Concentration) =>
    passesPPercent(part, controls.pPercent) && passesShare(part, controls)
  if (!parts.every(holds)) return false
  return !squares || controls.degreesOfFreedom === 0 || holds(squaresOf(amount, magnitude))
}

/** Concentration of |x|, from that of its two signs. */
export function magnitudes({ positive, negative }: AmountSummary): Concentration {
  const [first = 0n, second = 0n] = [
    positive.first,
    positive.second,
    negative.first,
    negative.second,
  ].sort((a, b) => (a < b ? 1 : -1))
  return { total: positive.total + negative.total, first, second }
}

function squaresOf({ sumOfSquares }: AmountSummary, { first, second }: Concentration) {
  return { total: sumOfSquares, first: first * first, second: second * second }
}
