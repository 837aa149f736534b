import t from 'tap'
import type { QueryRequest } from '#protocol/messages/query'
import { planDigest } from '#protocol/plans/plan'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'
import { testSnapshot } from './support/policies.ts'
import { QUERY, requestOf, signRequest } from './support/request.ts'
import { participantOf } from './support/space.ts'

const gateway = await openTestGateway(t, { replicas: 1 })
const parties = new Counterparts(gateway)
const { bank, rival, jinan, auditor } = parties.members

t.test('a question', async (t) => {
  const request = (change: Partial<QueryRequest> = {}) =>
    requestOf(gateway.space, gateway.world.snapshot, change)
  const post = async (jws: string, by = bank) =>
    gateway.call(by, { method: 'POST', url: '/queries', body: { request: jws } })

  t.test('that its sender did not sign is refused', async (t) => {
    const foreign = await signRequest(rival, request())
    t.match((await post(foreign)).json, { code: 'SIGNATURE_REFUSED', status: 403 })
    const forwarded = await signRequest(bank, request())
    t.match((await post(forwarded, rival)).json, { code: 'FORBIDDEN' }, 'nor sent by another')
    const elsewhere = await signRequest(bank, request({ spaceId: 'urn:baotu:space:other' }))
    t.match((await post(elsewhere)).json, { code: 'SIGNATURE_REFUSED' })
    const suite = await signRequest(bank, request({ suite: 'gm@1' }))
    t.match((await post(suite)).json, { code: 'SIGNATURE_REFUSED' })
    const typ = await bank.keys.signer().sign('baotu-acknowledgement+jws', request())
    t.match((await post(typ)).json, { code: 'SIGNATURE_REFUSED' })
    const extra = await bank.keys.signer().sign('baotu-request+jws', { ...request(), extra: 1 })
    t.match((await post(extra)).json, { code: 'MESSAGE_MALFORMED', status: 400 })
  })

  t.test('that cannot be planned names the place and leaves no trace', async (t) => {
    const asked = (query: object) => request({ query: { ...QUERY, ...query } })
    const measure = { function: 'median', column: 'tax12' }
    const [like, eq] = ['like', 'eq'].map((operator) => ({ column: 'kind', operator, value: 'x' }))
    const cases: readonly (readonly [object, string, number, string | undefined])[] = [
      [{ product: 'urn:baotu:product:x' }, 'PRODUCT_UNKNOWN', 404, undefined],
      [{ groupBy: ['x'] }, 'COLUMN_UNKNOWN', 422, '/groupBy/0'],
      [{ measures: [measure] }, 'FUNCTION_UNKNOWN', 422, '/measures/0/function'],
      [{ where: [like] }, 'OPERATOR_UNKNOWN', 422, '/where/0/operator'],
      [{ where: [eq] }, 'VALUE_OUTSIDE_DOMAIN', 422, '/where/0/value'],
    ]
    for (const [query, code, status, pointer] of cases) {
      const { json } = await parties.submit(asked(query))
      t.match(json, { code, status }, code)
      t.equal(json.places?.[0]?.pointer, pointer, `${code}: where`)
    }
    const [replica] = gateway.replicas
    const rows = await replica?.db.selectFrom('query').select('request').execute()
    t.same(rows, [])
  })

  t.test('with broken links is told every one of them', async (t) => {
    const contract = { id: 'urn:bt:contract:none', digest: planDigest(parties.plan(request())) }
    const deliverTo = 'did:web:nobody.example'
    const { json } = await parties.ask({ contract, deliverTo })
    t.match(json, {
      status: 403,
      code: 'CHAIN_BROKEN',
      places: [
        { in: 'participant', pointer: deliverTo, rule: 'PARTICIPANT_UNKNOWN' },
        { in: 'contract', pointer: contract.id, rule: 'CONTRACT_UNKNOWN' },
      ],
    })
  })

  t.test('that policies refuse stays refused, and the log says so', async (t) => {
    const asked = request({ purpose: 'bt:purpose/marketing' })
    const first = await parties.submit(asked)
    t.match(first.json, { status: 403, code: 'DENY_NO_PERMIT', title: 'no rule permits this use' })
    t.match((await parties.submit(asked)).json, { code: 'DENY_NO_PERMIT' }, 'the same again')
    const [replica] = gateway.replicas
    const refused = await replica?.db
      .selectFrom('query')
      .select(['request', 'refusal'])
      .where('refusal', '=', 'DENY_NO_PERMIT')
      .executeTakeFirst()
    const { json } = await parties.state(refused?.request ?? '')
    t.match(json, { stage: 'refused', code: 'DENY_NO_PERMIT', receipt: { checkpoint: String } })
    t.equal(await parties.lease(parties.members.release), undefined, 'nobody was asked')
  })

  t.test('belongs to who asked it', async (t) => {
    const { json } = await parties.ask()
    const theirs = await parties.state(json.request, rival)
    t.match(theirs.json, { status: 404, code: 'QUERY_UNKNOWN' })
    const none = await parties.state(`sha256-${'0'.repeat(64)}`, rival)
    const shape = ({ instance: _, ...rest }: Record<string, unknown>) => rest
    t.same(shape(theirs.json), shape(none.json), 'another’s is as unknown as none')
    const url = `/queries/${json.request}/acknowledgement`
    const body = { acknowledgement: 'a.b.c' }
    const stolen = await gateway.call(rival, { method: 'POST', url, body })
    t.match(stolen.json, { code: 'QUERY_UNKNOWN' })
  })

  t.test('is judged by the policies of the moment, contract text included', async (t) => {
    gateway.world.snapshot = testSnapshot({ consumer: rival.did })
    t.match((await parties.ask()).json, { code: 'DENY_NO_PERMIT' })
    const old = requestOf(gateway.space, testSnapshot())
    t.match((await parties.submit(old)).json, {
      code: 'CHAIN_BROKEN',
      places: [{ rule: 'CONTRACT_DIFFERS' }],
    })
  })
})

t.test('at the door', async (t) => {
  t.test('nobody comes in without a token, and none is told why', async (t) => {
    const tokens = ['', 'x', 'e30.e30.e30', `${'a'.repeat(3000)}.b.c`]
    const urls = ['/products', '/queries/x', '/evidence/checkpoint', '/tasks/lease']
    for (const url of urls) {
      for (const token of tokens) {
        const { json } = await gateway.call(undefined, { method: 'GET', url, token })
        const code = url === '/tasks/lease' ? 'NOT_FOUND' : 'UNAUTHENTICATED'
        t.match(json, { code }, `${url} ${token.slice(0, 10)}`)
      }
    }
    const open = await gateway.call(undefined, { method: 'GET', url: '/healthz' })
    t.equal(open.status, 200, 'control: the server answers')
  })

  t.test('a role opens its own routes only', async (t) => {
    const calls: readonly (readonly [typeof bank, 'GET' | 'POST', string])[] = [
      [jinan, 'POST', '/queries'],
      [bank, 'POST', '/tasks/lease'],
      [auditor, 'POST', '/tasks/lease'],
    ]
    for (const [by, method, url] of calls) {
      const { json } = await gateway.call(by, { method, url, body: { waitMs: 0 } })
      t.match(json, { code: 'FORBIDDEN' }, `${by.did} ${url}`)
    }
    const catalogue = await gateway.call(auditor, { method: 'GET', url: '/products' })
    t.match(catalogue.json, { serial: 1, products: [{ digest: /^sha256-/ }] })
  })

  t.test('a suspension acts although the token was accepted before', async (t) => {
    const call = { method: 'GET', url: '/products' } as const
    t.equal((await gateway.call(bank, call)).status, 200)
    const participants = Object.values(gateway.space.members)
      .map(participantOf)
      .map((entry) => (entry.did === bank.did ? { ...entry, state: 'suspended' as const } : entry))
    gateway.world.directory = { serial: 2, participants }
    gateway.space.clock.advance(31_000)
    t.match((await gateway.call(bank, call)).json, { code: 'UNAUTHENTICATED' })
    t.equal((await gateway.call(auditor, call)).status, 200, 'control: others go on')
  })
})

t.test('one caller cannot crowd out the others', async (t) => {
  const rate = { perSecond: 2, burst: 3 }
  const gateway = await openTestGateway(t, { replicas: 1, rate })
  const { bank, rival } = gateway.space.members
  const call = { method: 'GET', url: '/products' } as const
  const statuses: number[] = []
  for (let index = 0; index < 4; index += 1) statuses.push((await gateway.call(bank, call)).status)
  t.same(statuses, [200, 200, 200, 429])
  const { headers } = await gateway.call(bank, call)
  t.equal(headers['retry-after'], '1')
  t.equal((await gateway.call(rival, call)).status, 200)
  gateway.space.clock.advance(1000)
  t.equal((await gateway.call(bank, call)).status, 200)
})
