import type { Decryptor, SecretKey } from 'node-seal'
import { CryptoError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { guarded } from './engine-guard.ts'
import { decodePlaintext } from './plaintext.ts'
import type { Residues } from './residues.ts'
import { ciphertextBytes } from './seal-bytes.ts'

/** Opens ciphertexts under one secret key, about 0.4 ms each. */
export interface VectorDecryptor extends Disposable {
  /**
   * All `degree` coefficients. Exact for every sum within the noise model; what a hostile
   * ciphertext decrypts to is noise, never an error that depends on the key.
   */
  decrypt(residues: Residues): BigUint64Array
}

/** A decryptor over a key of the same engine. The only file that opens anything. */
export function openDecryptor(engine: Engine, secretKey: SecretKey): VectorDecryptor {
  const { seal, context } = engine
  const decryptor = guarded(() => new seal.Decryptor(context, secretKey))
  return {
    decrypt: (residues) => guarded(() => decryptVector(engine, decryptor, residues)),
    [Symbol.dispose]: () => decryptor.delete(),
  }
}

function decryptVector(
  { seal, context, set }: Engine,
  decryptor: Decryptor,
  residues: Residues,
): BigUint64Array {
  if (residues.set !== set) throw new CryptoError('HE_PARAMETERS', 'ciphertext of another set')
  using ciphertext = new seal.Ciphertext()
  using plaintext = new seal.Plaintext()
  ciphertext.loadFromArray(context, ciphertextBytes(residues))
  decryptor.decrypt(ciphertext, plaintext)
  return decodePlaintext(set, plaintext.saveToArray(seal.ComprModeType.none))
}
