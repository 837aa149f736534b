import { format, inspect } from 'node:util'
import t from 'tap'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'

const planted = () => Uint8Array.from([0xca, 0xfe, 0xba, 0xbe, 0xde, 0xad])

t.test('a secret cannot be printed, serialised or cloned', async (t) => {
  const secret = Secret.take(planted())
  const outputs = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ nested: { secret } }, { depth: 9, showHidden: true }),
    format('%s %o %O %j', secret, secret, secret, secret),
    JSON.stringify({ ...secret }),
    JSON.stringify(structuredClone(secret)),
    Object.getOwnPropertyNames(secret).join(),
  ]
  const forms = [/202|254|186|190/, /cafe|babe|dead/i, /yv66/, /deadbeef/]
  for (const output of outputs) for (const form of forms) t.notMatch(output, form)
  // Positive control: the same search finds the bytes in an object without the protection.
  t.match(JSON.stringify({ secret: [...planted()] }), forms[0])
})

t.test('taking moves the bytes and disposal zeroes them', async (t) => {
  const given = planted()
  const secret = Secret.take(given)
  t.same([...given], [0, 0, 0, 0, 0, 0])
  const live = secret.use((bytes) => bytes)
  t.same([...live], [...planted()])
  {
    using disposed = secret
    t.equal(disposed.length, 6)
  }
  t.same([...live], [0, 0, 0, 0, 0, 0])
  t.throws(() => secret.use(() => 1), { code: 'SECRET_DISPOSED' })
})

t.test('equality compares content and length', async (t) => {
  const secret = Secret.take(planted())
  t.ok(secret.equals(Secret.take(planted())))
  t.notOk(secret.equals(Secret.take(planted().subarray(1))))
  const other = planted()
  other[5] = 0
  t.notOk(secret.equals(Secret.take(other)))
})

t.test('fresh secrets differ and have the asked size', async (t) => {
  const [a, b] = [Secret.random(32, systemRandom), Secret.random(32, systemRandom)]
  t.equal(a.length, 32)
  t.notOk(a.equals(b))
})
