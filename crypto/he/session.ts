import { openDecryptor } from './decrypt.ts'
import type { Engine } from './engine.ts'
import { generateKeys } from './keys.ts'
import { unpackCiphertext } from './wire.ts'

/** One session's key pair inside one engine: opens sums, then forgets. */
export interface KeySession {
  /** Public key wire, for the advert and the transcript. */
  readonly publicKey: Uint8Array
  /** The coefficients of each ciphertext wire; a malformed one refuses with `HE_WIRE`. */
  open(sums: readonly Uint8Array[]): BigUint64Array[]
  /** Overwrites the engine's whole memory, and with it every trace of the key. The end. */
  wipe(): void
}

/** A fresh session. The secret key is never serialised; it exists in the engine's memory only. */
export function openKeySession(engine: Engine): KeySession {
  const keys = generateKeys(engine)
  const decryptor = openDecryptor(engine, keys.secretKey)
  return {
    publicKey: keys.publicKey,
    open: (sums) => sums.map((wire) => decryptor.decrypt(unpackCiphertext(engine.set, wire))),
    wipe: () => {
      decryptor[Symbol.dispose]()
      keys[Symbol.dispose]()
      engine[Symbol.dispose]()
      engine.module.zeroise()
    },
  }
}
