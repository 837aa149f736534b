import { CryptoError } from '../errors.ts'
import type { ParameterSet } from './parameters.ts'

declare const validated: unique symbol

/**
 * A size-2 ciphertext as exact integers in doubles: c0 modulo each data prime, then c1 likewise,
 * `degree` coefficients each, in SEAL's order and coefficient form. The type can only be had from
 * `asResidues`, so whoever holds one holds residues that are in range and not transparent.
 */
export interface Residues {
  readonly set: ParameterSet
  readonly values: Float64Array
  readonly [validated]: true
}

/** The number of residues of a ciphertext: 2 polynomials × data primes × degree. */
export function residueCount(set: ParameterSet): number {
  return 2 * set.dataPrimes.length * set.degree
}

/** The prime of each consecutive row of `degree` residues: q0, q1, q0, q1 for two primes. */
export function rowPrimes(set: ParameterSet): readonly number[] {
  return [...set.dataPrimes, ...set.dataPrimes]
}

/**
 * Accepts values as residues (without copying them) or refuses with `HE_WIRE`: wrong length, a
 * value that is no integer in [0, q), or a transparent ciphertext, that is one whose c1 is zero
 * modulo a prime: it would decrypt without a key. Honest encryption gives one with chance 2^-188,000.
 */
export function asResidues(set: ParameterSet, values: Float64Array): Residues {
  if (values.length !== residueCount(set)) refuse(`${values.length} residues`)
  for (const [index, prime] of rowPrimes(set).entries()) {
    if (!inRange(rowOf(set, values, index), prime)) refuse(`residue out of range in row ${index}`)
  }
  return asCheckedResidues(set, values)
}

/** The same for decoders that have checked length and range while reading. */
export function asCheckedResidues(set: ParameterSet, values: Float64Array): Residues {
  for (let index = set.dataPrimes.length; index < 2 * set.dataPrimes.length; index++) {
    const isZero = rowOf(set, values, index).every((value) => value === 0)
    if (isZero) refuse('transparent ciphertext')
  }
  return { set, values } as Residues
}

/** The residues of row `index`: a view, not a copy. */
export function rowOf(set: ParameterSet, values: Float64Array, index: number): Float64Array {
  return values.subarray(index * set.degree, (index + 1) * set.degree)
}

function inRange(row: Float64Array, prime: number): boolean {
  return row.every((value) => value >= 0 && value < prime && Number.isInteger(value))
}

function refuse(reason: string): never {
  throw new CryptoError('HE_WIRE', reason)
}
