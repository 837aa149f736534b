// The session cell with one more thing: it tells the test, and nobody in this process, what a part
// of each secret key is, in the file that `watched` of its worker data names.
import { appendFileSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { CryptoError } from '#crypto/errors'
import { serveCell } from '#crypto/he/cell-server'
import { startEngine } from '#crypto/he/engine'
import { parameterSet } from '#crypto/he/parameters'
import { type KeySession, openKeySession } from '#crypto/he/session'
import type { SessionJobs } from '#crypto/he/session-cells'
import { disguised } from './key-parts.ts'

const { watched: file }: { readonly watched: string } = workerData

await serveCell<SessionJobs>(async ({ set, memoryMb }) => {
  const engine = await startEngine(parameterSet(set), memoryMb)
  const { seal } = engine
  let session: KeySession | undefined
  const { secretKey } = seal.KeyGenerator.prototype as {
    secretKey(): { saveToArray(m: unknown): Uint8Array }
  }
  // The key's serialised words are its words in memory. No copy of them stays with JavaScript.
  Object.defineProperty(seal.KeyGenerator.prototype, 'secretKey', {
    value(this: object) {
      const key = secretKey.call(this)
      const bytes = key.saveToArray(seal.ComprModeType.none)
      appendFileSync(file, disguised(bytes))
      bytes.fill(0)
      return key
    },
  })
  const current = () => {
    if (session === undefined) throw new CryptoError('HE_ENGINE', 'cell has no key')
    return session
  }
  return {
    init: () => {
      session = openKeySession(engine)
      return session.publicKey.slice()
    },
    open: (sums) => current().open(sums),
    wipe: () => {
      current().wipe()
      session = undefined
      return null
    },
  }
})
