import { createHash, randomFillSync } from 'node:crypto'
import type { ParameterSet } from '#crypto/he/parameters'
import { asResidues, type Residues, residueCount, rowPrimes } from '#crypto/he/residues'

/** `degree` uniform coefficients below t. */
export function uniformVector({ degree, plainBits }: ParameterSet): BigUint64Array {
  const mask = (1n << BigInt(plainBits)) - 1n
  return randomFillSync(new BigUint64Array(degree)).map((word) => word & mask)
}

/** A ciphertext of uniform residues. */
export function uniformResidues(set: ParameterSet): Residues {
  const words = randomFillSync(new BigUint64Array(residueCount(set)))
  const primes = rowPrimes(set).map(BigInt)
  const prime = (index: number) => primes[Math.floor(index / set.degree)] ?? 1n
  return asResidues(
    set,
    Float64Array.from(words, (word, index) => Number(word % prime(index))),
  )
}

/** A repeatable stream of integers in [0, below): a failing case can be named by its seed. */
export function repeatable(seed: string): (below: number) => number {
  let block = 0
  return (below) => {
    const digest = createHash('sha256').update(`${seed}/${block++}`).digest()
    return digest.readUInt32LE(0) % below
  }
}
