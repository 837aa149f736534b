import { CryptoError } from '../errors.ts'
import type { ParameterSet } from './parameters.ts'
import { asResidues, type Residues, residueCount, rowPrimes } from './residues.ts'
import { unpackCiphertext } from './wire.ts'

/*
 * BFV addition is addition of residues, so the release authority, the gateway and any auditor
 * compute a sum without SEAL and without a key, and all get the same bytes. Residues are integers
 * below 2^46 and at most 128 are added before a reduction: doubles are exact up to 2^53.
 */

/** A sum of ciphertexts under one key, built one at a time; holds one accumulator, no summands. */
export interface CiphertextSum {
  /** How many were added. */
  readonly count: number
  /** `HE_SUMMANDS` beyond the set's `maxSummands`; `HE_PARAMETERS` for another set. */
  add(residues: Residues): void
  /** Decodes and adds a foreign ciphertext: `HE_WIRE` as `unpackCiphertext`, the sum unchanged. */
  addWire(wire: Uint8Array): void
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
  const scratch = new Float64Array(residueCount(set))
  let count = 0
  const add = (residues: Residues) => {
    if (residues.set !== set) throw new CryptoError('HE_PARAMETERS', 'summand of another set')
    if (count >= set.maxSummands) refuse(`more than ${set.maxSummands} summands`)
    accumulate(total, residues.values)
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
    addWire: (wire) => add(unpackCiphertext(set, wire, scratch)),
    finish,
  }
}

/**
 * Four at a time not for the four, but to stay above the size below which V8's middle compiler
 * inlines a loop into a caller that is too rarely called to reach the last one: 5 times slower.
 */
function accumulate(total: Float64Array, values: Float64Array): void {
  for (let index = 0; index < total.length; index += 4) {
    total[index] = (total[index] as number) + (values[index] as number)
    total[index + 1] = (total[index + 1] as number) + (values[index + 1] as number)
    total[index + 2] = (total[index + 2] as number) + (values[index + 2] as number)
    total[index + 3] = (total[index + 3] as number) + (values[index + 3] as number)
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
