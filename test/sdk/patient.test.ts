import t from 'tap'
import { systemRandom } from '#crypto/random'
import { createMemoryKeys } from '#crypto/sign/key-ring'
import { RemoteError, RemoteProblem } from '#runtime/remote-errors'
import type { Consumer } from '#sdk/consumer'
import { patient } from '#sdk/patient'

const absent = () => Promise.reject(new Error('not here'))

/** A consumer whose calls fail with each of `failures` in turn, then succeed. */
async function consumerOf(failures: readonly Error[]) {
  const waiting = [...failures]
  const seen = { calls: 0 }
  const call = async () => {
    seen.calls += 1
    const failure = waiting.shift()
    if (failure !== undefined) throw failure
    return 'done'
  }
  const did = 'did:web:bank.example'
  const now = () => Date.now()
  const keys = await createMemoryKeys({ did, now, random: systemRandom, lifetimeMs: 86_400_000 })
  const link = { lease: absent, answer: absent, refuse: absent, putBlob: absent }
  const consumer: Consumer = {
    ...{ did, spaceId: 'urn:x', keys, random: systemRandom, now },
    party: {
      directory: { current: absent, refresh: absent },
      calls: { json: call, put: absent, text: absent, get: absent },
      link: { ...link, getBlob: async () => Buffer.from(await call()) },
      desk: absent,
      [Symbol.asyncDispose]: async () => undefined,
    },
  }
  return { consumer, seen }
}

const gone = new RemoteError('REMOTE_UNREACHABLE', 'GET /queries/x')
const busy = new RemoteProblem('POST /queries', 503, undefined, 0)
const refused = new RemoteProblem('POST /queries', 403, undefined, 0)

t.test('a question outlasts a gateway that is gone for a while', async (t) => {
  const { consumer, seen } = await consumerOf([gone, busy])
  const { party } = patient(consumer, { until: Date.now() + 20_000 })
  t.equal(await party.calls.json('GET', '/queries/x'), 'done')
  t.equal(seen.calls, 3)
  await t.rejects((await consumerOf([gone])).consumer.party.calls.json('GET', '/x'), gone)
})

t.test('a refusal is final, and so is the end of the question’s own time', async (t) => {
  const { consumer, seen } = await consumerOf([refused, gone, gone])
  const waiting = patient(consumer, { until: Date.now() + 20_000 })
  await t.rejects(waiting.party.calls.json('POST', '/queries'), refused)
  const late = patient(consumer, { until: Date.now() - 1 })
  await t.rejects(late.party.link.getBlob('x', 'y'), gone)
  const left = patient(consumer, { until: Date.now() + 20_000, signal: AbortSignal.abort() })
  await t.rejects(left.party.link.getBlob('x', 'y'), gone)
  t.equal(seen.calls, 3)
})
