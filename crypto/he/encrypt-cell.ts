import { CryptoError } from '../errors.ts'
import { serveCell } from './cell-server.ts'
import { openEncryptor, type VectorEncryptor, warmEncryptor } from './encrypt.ts'
import type { EncryptJobs } from './encrypt-cells.ts'
import { startEngine } from './engine.ts'
import { parameterSet } from './parameters.ts'

/*
 * Worker entry of the holder's side. It can encrypt and nothing else: neither this file nor
 * anything it imports can make or use a secret key (test/crypto/he/boundaries.test.ts).
 */
await serveCell<EncryptJobs>(async ({ set, memoryMb }) => {
  const engine = await startEngine(parameterSet(set), memoryMb)
  warmEncryptor(engine)
  let encryptor: VectorEncryptor | undefined
  return {
    init: (publicKey) => {
      if (encryptor !== undefined) throw new CryptoError('HE_ENGINE', 'cell has a key already')
      encryptor = openEncryptor(engine, publicKey)
      return null
    },
    encrypt: (vectors) =>
      vectors.map((vector) => {
        if (encryptor === undefined) throw new CryptoError('HE_ENGINE', 'cell has no key')
        const wire = encryptor.encrypt(vector)
        vector.fill(0n)
        return wire
      }),
  }
})
