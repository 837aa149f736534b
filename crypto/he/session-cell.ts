import { CryptoError } from '../errors.ts'
import { serveCell } from './cell-server.ts'
import { startEngine } from './engine.ts'
import { parameterSet } from './parameters.ts'
import { type KeySession, openKeySession } from './session.ts'
import type { SessionJobs } from './session-cells.ts'

/* Worker entry of the release authority: one key pair, made here, used here, erased here. */
await serveCell<SessionJobs>(async ({ set, memoryMb }) => {
  const engine = await startEngine(parameterSet(set), memoryMb)
  let session: KeySession | undefined
  const current = () => {
    if (session === undefined) throw new CryptoError('HE_ENGINE', 'cell has no key')
    return session
  }
  return {
    init: () => {
      if (session !== undefined) throw new CryptoError('HE_ENGINE', 'cell has a key already')
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
