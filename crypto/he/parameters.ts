import { CryptoError } from '../errors.ts'

/** Names of the parameter sets that this build knows. Closed: a peer can only pick from it. */
export type ParameterSetId = 'TAB'

/**
 * One BFV parameter set, pinned as constants. Parameters are never read from a peer: SEAL itself
 * accepts insecure ones. Security: at most the 128-bit bound of the HomomorphicEncryption.org
 * standard (N = 4096: 109 bits of modulus, special prime included), ternary secret.
 */
export interface ParameterSet {
  readonly id: ParameterSetId
  /** The set's one byte on our wire; never given to a second set. */
  readonly wireId: number
  /** N, the number of coefficients of every polynomial. */
  readonly degree: number
  /** The primes of the data level, in SEAL's order; each is < 2^52, so exact as a double. */
  readonly dataPrimes: readonly number[]
  /** The prime that only keys carry; encryption divides by it. */
  readonly specialPrime: number
  /** log2 of the plaintext modulus t. */
  readonly plainBits: number
  /** SEAL's parms_id (32 bytes, hex) of keys and of fresh ciphertexts. */
  readonly keyParmsId: string
  readonly dataParmsId: string
  /** Most ciphertexts in one sum: bounds noise and limb carries alike (protocols.md, rule 5). */
  readonly maxSummands: number
}

/** Grouped aggregates: coefficient packing, t = 2^50, sums of up to 1,024 holders. */
export const TAB: ParameterSet = {
  id: 'TAB',
  wireId: 1,
  degree: 4096,
  dataPrimes: [70368743587841, 70368743669761],
  specialPrime: 114689,
  plainBits: 50,
  keyParmsId: '3df73c1bb16dbf99d272ad4dcbde8234b4a41bb364ef6c29ac0e5138a02535a3',
  dataParmsId: '7bdc1e754e83d5fd4180c0348976cf7b49d472c11df46b75f9fa9d5b60f74279',
  maxSummands: 1024,
}

const SETS: readonly ParameterSet[] = [TAB]

/** Largest absolute error coefficient of SEAL's samplers (centred binomial with 21 pairs). */
const ERROR_BOUND = 21n

/** The set of that name; an unknown one refuses with `HE_PARAMETERS`. */
export function parameterSet(id: string): ParameterSet {
  const set = SETS.find((known) => known.id === id)
  if (set === undefined) throw new CryptoError('HE_PARAMETERS', 'unknown parameter set')
  return set
}

/**
 * Proved upper bound on the noise of a sum of `summands` fresh public-key ciphertexts, as a
 * coefficient's absolute value, rounded up. No input can exceed it (crypto/he/noise-bound.md).
 */
export function worstCaseNoise(set: ParameterSet, summands: number): bigint {
  if (!Number.isSafeInteger(summands) || summands < 1 || summands > set.maxSummands) {
    throw new CryptoError('HE_SUMMANDS', `1 to ${set.maxSummands} summands, not ${summands}`)
  }
  const degree = BigInt(set.degree)
  const sampled = ceilDivide(ERROR_BOUND * (2n * degree + 1n), BigInt(set.specialPrime))
  const rounded = ceilDivide(degree + 1n, 2n)
  return BigInt(summands) * (sampled + rounded + 1n)
}

/** Decryption is exact while the noise stays below this: ⌊q / 2t⌋ of the data level. */
export function noiseLimit(set: ParameterSet): bigint {
  const modulus = set.dataPrimes.reduce((product, prime) => product * BigInt(prime), 1n)
  return modulus >> BigInt(set.plainBits + 1)
}

/**
 * Whole bits by which the worst case stays below the limit. The planner refuses a plan under 3;
 * production code asks this model, never the engine's own budget call, which is an oracle on
 * hostile ciphertexts.
 */
export function noiseMarginBits(set: ParameterSet, summands: number): number {
  const ratio = noiseLimit(set) / worstCaseNoise(set, summands)
  return ratio.toString(2).length - 1
}

function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
