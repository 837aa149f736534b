import type { Encryptor } from 'node-seal'
import type { Engine } from './engine.ts'
import { guarded } from './engine-guard.ts'
import { encodePlaintext } from './plaintext.ts'
import { seededKeyBytes } from './seal-bytes.ts'
import { packCiphertext, unpackPublicKey } from './wire.ts'

/** Encrypts under one public key, about 2 ms a vector. */
export interface VectorEncryptor extends Disposable {
  /**
   * A fresh ciphertext wire of `degree` coefficients below t. Never twice alike. Which of them
   * are zero is not visible in size; `HE_COEFFICIENTS` for anything else.
   */
  encrypt(coefficients: BigUint64Array): Uint8Array
}

/** Takes a foreign public key wire: it is validated (`HE_WIRE`) before SEAL sees rebuilt bytes. */
export function openEncryptor(engine: Engine, publicKey: Uint8Array): VectorEncryptor {
  const { seal, context, set } = engine
  const encryptor = guarded(() => {
    using key = new seal.PublicKey()
    key.loadFromArray(context, seededKeyBytes(unpackPublicKey(set, publicKey)))
    return new seal.Encryptor(context, key)
  })
  return {
    encrypt: (coefficients) => guarded(() => encryptVector(engine, encryptor, coefficients)),
    [Symbol.dispose]: () => encryptor.delete(),
  }
}

function encryptVector(
  { seal, context, set }: Engine,
  encryptor: Encryptor,
  coefficients: BigUint64Array,
): Uint8Array {
  using plaintext = new seal.Plaintext()
  using ciphertext = new seal.Ciphertext()
  plaintext.loadFromArray(context, encodePlaintext(set, coefficients))
  encryptor.encrypt(plaintext, ciphertext)
  return packCiphertext(set, ciphertext.saveToArray(seal.ComprModeType.none))
}
