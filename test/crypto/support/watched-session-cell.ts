import { serveCell } from '#crypto/he/cell-server'
import { startEngine } from '#crypto/he/engine'
import { parameterSet } from '#crypto/he/parameters'
import { type KeySession, openKeySession } from '#crypto/he/session'

/** The session cell's own parts, with a look into the engine's memory beside them. */
export type WatchedJobs = {
  readonly init: { readonly request: null; readonly response: Uint8Array }
  readonly open: { readonly request: readonly Uint8Array[]; readonly response: BigUint64Array[] }
  readonly wipe: { readonly request: null; readonly response: null }
  /** Whether 256 bytes of the secret key stand anywhere in memory, and how many bytes are not 0. */
  readonly look: {
    readonly request: null
    readonly response: { readonly found: boolean; readonly nonZero: number }
  }
}

await serveCell<WatchedJobs>(async ({ set, memoryMb }) => {
  const engine = await startEngine(parameterSet(set), memoryMb)
  const { seal, module } = engine
  let needle = new Uint8Array()
  let session: KeySession | undefined
  // Keeps a part of the key's serialised words, which are its words in memory, as it is made.
  const { secretKey } = seal.KeyGenerator.prototype as {
    secretKey(): { saveToArray(m: unknown): Uint8Array }
  }
  Object.defineProperty(seal.KeyGenerator.prototype, 'secretKey', {
    value(this: object) {
      const key = secretKey.call(this)
      needle = key.saveToArray(seal.ComprModeType.none).slice(1000, 1256)
      return key
    },
  })
  return {
    init: () => {
      session = openKeySession(engine)
      return session.publicKey.slice()
    },
    open: (sums) => session?.open(sums) ?? [],
    wipe: () => {
      session?.wipe()
      return null
    },
    look: () => ({
      found: Buffer.from(module.memory().buffer).includes(Buffer.from(needle)),
      nonZero: module.memory().reduce((count, byte) => (byte === 0 ? count : count + 1), 0),
    }),
  }
})
