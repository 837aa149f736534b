import { serveCell } from '#crypto/he/cell-server'
import { startEngine } from '#crypto/he/engine'
import { generateKeys } from '#crypto/he/keys'
import { parameterSet } from '#crypto/he/parameters'

/** What SEAL itself made of some bytes. */
export interface LoadOutcome {
  readonly loaded: boolean
  readonly size: number
  readonly isTransparent: boolean
  /** By how much the engine's memory grew, in bytes. */
  readonly grown: number
}

export type UnguardedJobs = {
  /** A real ciphertext of a known message, uncompressed and in seeded form. */
  readonly sample: { readonly request: null; readonly response: readonly Uint8Array[] }
  /** Hands foreign bytes straight to SEAL: what this project never does. */
  readonly load: { readonly request: Uint8Array; readonly response: LoadOutcome }
}

await serveCell<UnguardedJobs>(async ({ set, memoryMb }) => {
  const { seal, context, module } = await startEngine(parameterSet(set), memoryMb)
  return {
    sample: () => {
      using keys = generateKeys({
        seal,
        context,
        module,
        set: parameterSet(set),
        [Symbol.dispose]: () => undefined,
      })
      using generator = new seal.KeyGenerator(context, keys.secretKey)
      using publicKey = generator.createPublicKey()
      using encryptor = new seal.Encryptor(context, publicKey, keys.secretKey)
      using plaintext = new seal.Plaintext(4096)
      using ciphertext = new seal.Ciphertext()
      encryptor.encrypt(plaintext, ciphertext)
      using seeded = encryptor.encryptSymmetricSerializable(plaintext)
      const none = seal.ComprModeType.none
      return [ciphertext.saveToArray(none), seeded.saveToArray(none), publicKey.saveToArray(none)]
    },
    load: (bytes) => {
      const before = module.memory().length
      using ciphertext = new seal.Ciphertext()
      const grown = () => module.memory().length - before
      try {
        ciphertext.loadFromArray(context, bytes)
      } catch {
        return { loaded: false, size: 0, isTransparent: false, grown: grown() }
      }
      const isTransparent = ciphertext.isTransparent()
      return { loaded: true, size: ciphertext.size(), isTransparent, grown: grown() }
    },
  }
})
