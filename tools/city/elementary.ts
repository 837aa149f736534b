/**
 * Elementary functions made of +, −, × and ÷ alone.
 *
 * IEEE 754 fixes every bit of those four, while ECMA-262 leaves Math.exp, Math.log, Math.sqrt and
 * `**` to the engine. The generator's tables are pinned by digest, so it uses only these.
 */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const LOG2_E = Math.LOG2E
const EXP_TERMS = 13
const LN_TERMS = 25
const LARGEST_POWER = 200
const POWERS_OF_TWO = powersOfTwo()

/** e^x for |x| ≤ 138, relative error below 1e-15. Larger arguments throw RangeError. */
export function exponential(x: number): number {
  const power = Math.floor(x * LOG2_E + 0.5)
  const scale = POWERS_OF_TWO[power + LARGEST_POWER]
  if (scale === undefined) throw new RangeError('exponential: argument out of range')
  const rest = x - power * LN2_HIGH - power * LN2_LOW
  let sum = 1
  for (let term = EXP_TERMS; term >= 1; term--) sum = 1 + (rest / term) * sum
  return sum * scale
}

/** Natural logarithm of a positive number, relative error below 1e-14. Else RangeError. */
export function logarithm(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new RangeError('logarithm: argument out of range')
  let mantissa = x
  let power = 0
  for (; mantissa > 1.4; power++) mantissa /= 2
  for (; mantissa < 0.7; power--) mantissa *= 2
  const s = (mantissa - 1) / (mantissa + 1)
  let sum = 0
  for (let term = LN_TERMS; term >= 1; term -= 2) sum = sum * s * s + 1 / term
  return 2 * s * sum + power * LN2_HIGH + power * LN2_LOW
}

/** 1 / (1 + e^−x), for |x| ≤ 138. */
export function logistic(x: number): number {
  return 1 / (1 + exponential(-x))
}

/**
 * The standard normal quantile of p in (0, 1), absolute error below 1e-6.
 * Wichura, Algorithm AS 241 (PPND7), Applied Statistics 37 (1988).
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  if (q >= -0.425 && q <= 0.425) return central(q)
  const tail = q < 0 ? p : 1 - p
  const r = squareRoot(-logarithm(tail))
  const quantile = r <= 5 ? near(r - 1.6) : far(r - 5)
  return q < 0 ? -quantile : quantile
}

function central(q: number): number {
  const r = 0.180625 - q * q
  const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
  const below = ((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1
  return (q * above) / below
}

function near(r: number): number {
  const above = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777
  return above / ((0.12021132975 * r + 0.737001425) * r + 1)
}

function far(r: number): number {
  const above = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115
  return above / ((0.012258202635 * r + 0.24197894225) * r + 1)
}

function squareRoot(x: number): number {
  return exponential(logarithm(x) / 2)
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2 * LARGEST_POWER + 1)
  powers[LARGEST_POWER] = 1
  for (let k = 1; k <= LARGEST_POWER; k++) {
    powers[LARGEST_POWER + k] = 2 * (powers[LARGEST_POWER + k - 1] ?? 0)
    powers[LARGEST_POWER - k] = (powers[LARGEST_POWER - k + 1] ?? 0) / 2
  }
  return powers
}
