import { CryptoError } from '../errors.ts'
import type { ParameterSet } from './parameters.ts'
import { asResidues, type Residues, residueCount, rowPrimes } from './residues.ts'
import { addCiphertext } from './wire.ts'

/*
 * BFV addition is addition of residues, so the release authority, the gateway and any auditor
 * compute a sum without SEAL and without a key, and all get the same bytes. Residues are integers
 * below 2^46 and at most 128 are added before a reduction: doubles are exact up to 2^53.
 */

/** A sum of ciphertexts under one key, built one at a time; holds one accumulator, no summands. */
export interface CiphertextSum {
  /** How many were added. */
  readonly count: number
  /**
   * Decodes and adds a ciphertext of unknown origin: `HE_WIRE` as `unpackCiphertext`, and
   * `HE_SUMMANDS` beyond the set's `maxSummands`; the sum is then unchanged.
   */
  add(wire: Uint8Array): void
  /**
   * The sum as a ciphertext. `HE_SUMMANDS` when nothing was added; `HE_WIRE` when the summands
   * cancel to a transparent one. May be called again after further additions.
   */
  finish(): Residues
}

/** Additions without reduction: a reduced residue and 127 more stay below 128 · 2^46 = 2^53. */
const RUN = 127

/** Starts a sum. Equal summands in any order give bit-identical residues. */
export function createSum(set: ParameterSet): CiphertextSum {
  const total = new Float64Array(residueCount(set))
  let count = 0
  const add = (wire: Uint8Array) => {
    if (count >= set.maxSummands) refuse(`more than ${set.maxSummands} summands`)
    addCiphertext(set, wire, total)
    count++
    if (count % RUN === 0) reduce(set, total)
  }
  const finish = () => {
    if (count === 0) refuse('empty sum')
    reduce(set, total)
    return asResidues(set, total.slice())
  }
  return {
    get count() {
      return count
    },
    add,
    finish,
  }
}

function reduce(set: ParameterSet, total: Float64Array): void {
  for (const [row, prime] of rowPrimes(set).entries()) {
    const end = (row + 1) * set.degree
    for (let index = row * set.degree; index < end; index++) {
      total[index] = (total[index] as number) % prime
    }
  }
}

function refuse(reason: string): never {
  throw new CryptoError('HE_SUMMANDS', reason)
}
