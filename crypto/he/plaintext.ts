import { CryptoError } from '../errors.ts'
import type { ParameterSet } from './parameters.ts'
import { plaintextBytes, plaintextWords } from './seal-bytes.ts'

/**
 * SEAL's plaintext bytes for exactly `degree` coefficients below t. All of them are written, zeros
 * included, so the size says nothing. `HE_COEFFICIENTS` for another length or a value ≥ t.
 */
export function encodePlaintext(set: ParameterSet, coefficients: BigUint64Array): Uint8Array {
  const limit = 1n << BigInt(set.plainBits)
  if (coefficients.length !== set.degree) refuse(`${coefficients.length} coefficients`)
  if (!coefficients.every((value) => value < limit)) refuse('a coefficient is not below t')
  return plaintextBytes(coefficients)
}

/**
 * The `degree` coefficients of a decrypted plaintext: SEAL trims it after its top non-zero
 * coefficient, so the rest is filled with zeros again.
 */
export function decodePlaintext(set: ParameterSet, bytes: Uint8Array): BigUint64Array {
  const words = plaintextWords(bytes)
  if (words.length > set.degree) refuse(`${words.length} coefficients`)
  const coefficients = new BigUint64Array(set.degree)
  coefficients.set(words)
  return coefficients
}

function refuse(reason: string): never {
  throw new CryptoError('HE_COEFFICIENTS', reason)
}
