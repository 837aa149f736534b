import t from 'tap'
import { EvidenceError } from '#evidence/evidence-error'
import type { Evidence } from '#evidence/log'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'

/** A log whose disk a test can fill. */
function breakable() {
  const broken = { append: false, receipt: false }
  const wrap = (real: Evidence): Evidence =>
    new Proxy(real, {
      get: (target, name) => {
        if (name === 'appendAll' && broken.append) {
          return async () => {
            throw Object.assign(new Error('No space left on device'), { code: '53100' })
          }
        }
        if (name === 'receipt' && broken.receipt) {
          return async () => {
            throw new EvidenceError('LOG_UNAVAILABLE', 'the log could not be written')
          }
        }
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return { broken, wrap }
}

t.test('a log that cannot be written: nothing is answered, nothing is done', async (t) => {
  const { broken, wrap } = breakable()
  const gateway = await openTestGateway(t, { replicas: 1, evidence: wrap })
  const parties = new Counterparts(gateway)
  const { release, bank } = parties.members
  const [replica] = gateway.replicas
  const rows = async () =>
    (await replica?.db.selectFrom('query').select('request').execute())?.length

  t.test('no question is taken in', async (t) => {
    broken.append = true
    const { json, status } = await parties.ask()
    t.match(json, { status: 503, code: 'EVIDENCE_UNAVAILABLE' })
    t.equal(status, 503)
    t.equal(await rows(), 0, 'nor kept')
    t.equal(await parties.lease(release), undefined, 'nor handed on')
    broken.append = false
    t.equal((await parties.ask()).status, 202, 'control: afterwards it is')
  })

  t.test('a decision without its receipt is not told', async (t) => {
    broken.receipt = true
    t.match((await parties.ask()).json, { status: 503, code: 'EVIDENCE_UNAVAILABLE' })
    broken.receipt = false
    t.equal(await rows(), 2, 'but it is kept: the same request again finds it')
    await parties.drain(release)
  })

  t.test('no answer of a party lands, and its task stays', async (t) => {
    const request = await parties.playTo('opening')
    const task = await parties.leased(release, 'open-session')
    const session = await parties.opening(task)
    broken.append = true
    const refused = await parties.answer(release, task, { session })
    t.match(refused.json, { status: 503, code: 'EVIDENCE_UNAVAILABLE' })
    broken.append = false
    t.match((await parties.state(request)).json, { stage: 'opening' })
    t.equal((await parties.answer(release, task, { session })).status, 204)
    await parties.playAdverts()
    await parties.playConfirmations(request)
    await parties.playSubmissions()
    await parties.playRelease()
    t.match((await parties.state(request)).json, { stage: 'released' })
  })

  t.test('no table is handed over', async (t) => {
    const attempt = await replica?.db
      .selectFrom('query_attempt')
      .select(['invitation', 'result'])
      .where('stage', '=', 'released')
      .executeTakeFirstOrThrow()
    const url = `/sessions/${attempt?.invitation}/blobs/${attempt?.result}`
    broken.append = true
    const refused = await gateway.call(bank, { method: 'GET', url })
    t.match(refused.json, { code: 'EVIDENCE_UNAVAILABLE' })
    broken.append = false
    t.equal((await gateway.call(bank, { method: 'GET', url })).status, 200)
  })
})
