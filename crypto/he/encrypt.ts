import type { Encryptor } from 'node-seal'
import type { Engine } from './engine.ts'
import { guarded } from './engine-guard.ts'
import { encodePlaintext } from './plaintext.ts'
import { PRNG_SEED_BYTES, seededKeyBytes } from './seal-bytes.ts'
import { packCiphertext, packPublicKey, unpackPublicKey } from './wire.ts'

const WARM_ROUNDS = 6

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

/**
 * Encrypts zeros under a key that nobody has, so that the first real vectors do not wait for the
 * compiler: code that never ran takes more than twice as long. For a worker's start.
 */
export function warmEncryptor(engine: Engine): void {
  const { set } = engine
  const p0 = new Float64Array((set.dataPrimes.length + 1) * set.degree).fill(1)
  const seed = new Uint8Array(PRNG_SEED_BYTES)
  const publicKey = packPublicKey(set, seededKeyBytes({ set, p0, seed }))
  for (let round = 0; round < WARM_ROUNDS; round++) {
    using encryptor = openEncryptor(engine, publicKey)
    encryptor.encrypt(new BigUint64Array(set.degree))
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
