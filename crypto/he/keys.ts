import type { SecretKey } from 'node-seal'
import type { Engine } from './engine.ts'
import { guarded } from './engine-guard.ts'
import { packPublicKey } from './wire.ts'

/** One session's key pair. The secret key is a handle into the engine's memory and never bytes. */
export interface SessionKeys extends Disposable {
  readonly secretKey: SecretKey
  /** Public key wire (wire.ts): the seed of p1, not p1. */
  readonly publicKey: Uint8Array
}

/**
 * A fresh key pair from the engine's own randomness (the operating system's, 64-byte seeds). Only
 * the release authority's session cell may import this file. Disposing frees the key;
 * `SealModule.zeroise` erases it.
 */
export function generateKeys({ seal, context, set }: Engine): SessionKeys {
  return guarded(() => {
    using generator = new seal.KeyGenerator(context)
    using serialisable = generator.createPublicKeySerializable()
    const publicKey = packPublicKey(set, serialisable.saveToArray(seal.ComprModeType.none))
    const secretKey = generator.secretKey()
    return { secretKey, publicKey, [Symbol.dispose]: () => secretKey.delete() }
  })
}
