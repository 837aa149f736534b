import t from 'tap'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'
import { testSnapshot } from './support/policies.ts'
import { requestOf, signRequest } from './support/request.ts'

const once = { leftOperand: 'count', operator: 'lteq', rightOperand: 1 }
const hourly = { leftOperand: 'bt:countPer', operator: 'lteq', rightOperand: 2, unit: 'PT1H' }

t.test('200 ask at once for one unit, through two replicas: exactly one gets it', async (t) => {
  const gateway = await openTestGateway(t, { snapshot: testSnapshot({ contract: [once] }) })
  const { bank } = gateway.space.members
  const bodies = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const request = requestOf(gateway.space, gateway.world.snapshot)
      return { request: await signRequest(bank, request) }
    }),
  )
  const replies = await Promise.all(
    bodies.map((body) => gateway.call(bank, { method: 'POST', url: '/queries', body })),
  )
  const outcomes = Object.groupBy(replies, ({ status, json }) => `${status} ${json.code ?? ''}`)
  const counts = Object.fromEntries(
    Object.entries(outcomes).map(([name, list]) => [name, list?.length]),
  )
  t.equal(counts['202 '], 1)
  t.equal((counts['403 DENY_NO_PERMIT'] ?? 0) + (counts['403 DENY_LIMIT'] ?? 0), 199)
  const [replica] = gateway.replicas
  const used = await replica?.db.selectFrom('budget_counter').select('used').execute()
  t.same(used, [{ used: 1n }, { used: 1n }], 'one of the contract, one of the day')
})

t.test(
  'a window moves on and frees what lies before it; affiliates share their group',
  async (t) => {
    const snapshot = testSnapshot({ contract: [hourly] })
    const gateway = await openTestGateway(t, { replicas: 1, snapshot })
    const parties = new Counterparts(gateway)
    const ask = async () => (await parties.ask()).status
    t.same([await ask(), await ask(), await ask()], [202, 202, 403])
    const [replica] = gateway.replicas
    const keys = await replica?.db.selectFrom('budget_counter').select('key').execute()
    t.match(keys, [{ key: /countPer/ }, { key: 'queries|group-a|urn:baotu:product:tax' }])
    gateway.space.clock.advance(3_599_999)
    t.equal(await ask(), 403)
    gateway.space.clock.advance(1)
    t.same([await ask(), await ask(), await ask()], [202, 202, 403])
  },
)
