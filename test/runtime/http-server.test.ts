import { request as httpRequest } from 'node:http'
import t from 'tap'
import { Type } from 'typebox'
import { HttpProblem, problemResponse } from '#runtime/http-problem'
import { acceptBinary, buildServer, type HttpServer } from '#runtime/http-server'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { capturedLog, seededRandom } from '#test/support/fixtures'

const CANARY = '91370100MA3TF1X42K'
const closed = { additionalProperties: false }
const Body = Type.Object(
  { amount: Type.Integer(), tags: Type.Optional(Type.Record(Type.String(), Type.Integer())) },
  closed,
)
const Answer = Type.Object({ ok: Type.Boolean() }, closed)
const response = { 200: Answer, ...problemResponse }

function testServer(add: (app: HttpServer) => void = () => {}, isHealthy = () => true) {
  const { lines, log } = capturedLog()
  const app = buildServer({
    problems: { ...RUNTIME_PROBLEMS, QUOTA_SPENT: row(429) },
    log,
    random: seededRandom('server'),
    bodyLimitBytes: 400,
    isHealthy,
  })
  app.post('/things', { schema: { body: Body, response } }, async () => ({ ok: true }))
  app.get('/boom', { schema: { response } }, async () => {
    throw Object.assign(new Error(CANARY), { code: '23505', detail: CANARY, statusCode: 418 })
  })
  add(app)
  return { app, lines }
}

function row(status: number) {
  return { status, title: { zh: '已用尽', en: 'spent' }, hint: { zh: '等待', en: 'wait' } }
}

t.test('a request that keeps to its schema is answered under the frozen headers', async (t) => {
  const { app } = testServer()
  const reply = await app.inject({ method: 'POST', url: '/things', payload: { amount: 1 } })
  t.same(reply.json(), { ok: true })
  t.match(reply.headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
})

t.test('what does not keep to it is refused with its place and without its value', async (t) => {
  const { app, lines } = testServer()
  const cases: [payload: string, code: string, place: object | undefined][] = [
    ['{"amount": "1"}', 'INVALID_REQUEST', { in: 'body', pointer: '/amount', rule: 'type' }],
    [
      `{"amount": 1, "${CANARY}": 1}`,
      'INVALID_REQUEST',
      { pointer: '', rule: 'additionalProperties' },
    ],
    [`{"amount": 1, "tags": {"${CANARY}": "x"}}`, 'INVALID_REQUEST', { pointer: '/tags/*' }],
    ['{}', 'INVALID_REQUEST', { pointer: '', rule: 'required' }],
    [`{"amount": ${CANARY}}`, 'MALFORMED_BODY', { rule: 'JSON_SYNTAX at 1:20' }],
    ['{"amount": 1, "amount": 2}', 'MALFORMED_BODY', { rule: 'JSON_DUPLICATE_KEY at 1:15' }],
    ['{"amount": 9007199254740993}', 'MALFORMED_BODY', { rule: 'JSON_UNSAFE_NUMBER at 1:12' }],
    [`{"amount": 1, "tags": {"${CANARY.repeat(30)}": 1}}`, 'BODY_TOO_LARGE', undefined],
  ]
  for (const [payload, code, place] of cases) {
    const headers = { 'content-type': 'application/json', 'accept-language': 'en' }
    const reply = await app.inject({ method: 'POST', url: '/things', payload, headers })
    t.equal(reply.json().code, code, payload.slice(0, 60))
    t.equal(reply.statusCode, reply.json().status)
    t.match(reply.headers['content-type'], /^application\/problem\+json/)
    if (place) t.match(reply.json().places[0], place)
    t.notMatch(reply.body, CANARY)
  }
  t.notMatch(lines.join(''), CANARY)
})

t.test('other content types, unknown paths and undeclared query strings are refused', async (t) => {
  const { app } = testServer()
  const text = { 'content-type': 'text/plain' }
  const cases = [
    [{ method: 'POST', url: '/things', payload: CANARY, headers: text }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ method: 'GET', url: `/${CANARY}` }, 'NOT_FOUND'],
    [{ method: 'DELETE', url: '/things' }, 'NOT_FOUND'],
    [{ method: 'GET', url: `/%E0%A4%A/${CANARY}` }, 'NOT_FOUND'],
    [{ method: 'GET', url: `/healthz?x=${CANARY}` }, 'INVALID_REQUEST'],
  ] as const
  for (const [call, code] of cases) {
    const reply = await app.inject(call)
    t.equal(reply.json().code, code, call.url)
    t.notMatch(reply.body, CANARY)
  }
})

t.test('an unknown error is INTERNAL and nothing else, in the answer and in the log', async (t) => {
  const { app, lines } = testServer()
  const reply = await app.inject({ url: '/boom', headers: { 'accept-language': 'en' } })
  t.strictSame(reply.json(), {
    type: 'urn:baotu:problem:internal',
    status: 500,
    title: 'internal error',
    code: 'INTERNAL',
    hint: 'give the operator the instance',
    instance: reply.json().instance,
  })
  t.match(reply.json().instance, /^urn:uuid:[0-9a-f-]{36}$/)
  t.notMatch(lines.join(''), CANARY)
  const failure = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request failed')
  t.equal(`urn:uuid:${failure.requestId}`, reply.json().instance, 'the operator can find it')
})

t.test('a coded error gets its row, its language and its wait', async (t) => {
  const { app } = testServer((app) => {
    app.get('/quota', { schema: { response } }, async () => {
      throw Object.assign(new Error(CANARY), { code: 'QUOTA_SPENT', retryAfterMs: 1500 })
    })
  })
  const reply = await app.inject({ url: '/quota' })
  t.match(reply.json(), { code: 'QUOTA_SPENT', status: 429, title: '已用尽' })
  t.match(reply.headers, { 'retry-after': '2', 'content-language': 'zh' })
})

t.test('a route that could let something out or in undeclared does not start', async (t) => {
  const handler = async () => ({ ok: true })
  const planted: [fault: RegExp, add: (app: HttpServer) => void][] = [
    [/problem document/, (app) => app.get('/x', handler)],
    [
      /problem document/,
      (app) => app.get('/x', { schema: { response: { 200: Answer } } }, handler),
    ],
    [
      /success status/,
      (app) => app.get('/x', { schema: { response: problemResponse } }, async () => {}),
    ],
    [
      /by number/,
      (app) =>
        app.get(
          '/x',
          { schema: { response: { 200: Answer, '2xx': Answer, ...problemResponse } } },
          handler,
        ),
    ],
    [/schema for the body/, (app) => app.post('/x', { schema: { response } }, handler)],
    [
      /body accepts undeclared members at root/,
      (app) => app.post('/x', { schema: { body: Type.Object({}), response } }, handler),
    ],
    [
      /200 accepts undeclared members/,
      (app) =>
        app.get(
          '/x',
          { schema: { response: { 200: Type.Any(), ...problemResponse } } },
          async () => 1,
        ),
    ],
  ]
  for (const [fault, add] of planted) {
    t.throws(() => testServer(add), { code: 'ROUTE_UNDECLARED', message: fault })
  }
  t.doesNotThrow(() =>
    testServer((app) => {
      const config = { openSchema: 'JSON-LD of other connectors' }
      app.get(
        '/x',
        { config, schema: { response: { 200: Type.Object({}), ...problemResponse } } },
        handler,
      )
    }),
  )
})

t.test('what a handler adds to its answer does not leave', async (t) => {
  const { app } = testServer((app) => {
    app.get('/more', { schema: { response } }, async () => ({ ok: true, extra: CANARY }))
    app.get('/status', { schema: { response } }, async (_, reply) =>
      reply.code(201).send({ ok: CANARY } as never),
    )
  })
  t.equal((await app.inject('/more')).body, '{"ok":true}')
  const undeclared = await app.inject('/status')
  t.equal(undeclared.json().code, 'INTERNAL', 'a status nobody declared')
  t.notMatch(undeclared.body, CANARY)
})

t.test('bytes are taken where a route says so, and only bytes', async (t) => {
  const { app } = testServer((app) => {
    app.register(async (scope: HttpServer) => {
      await acceptBinary(scope, { limitBytes: 1000 })
      scope.put(
        '/bytes',
        { config: { isBinary: true }, schema: { response } },
        async ({ body }) => {
          return { ok: Buffer.isBuffer(body) && body.length === 900 }
        },
      )
      scope.post('/json', { schema: { body: Body, response } }, async () => ({ ok: true }))
    })
  })
  const send = async (
    method: 'PUT' | 'POST',
    url: string,
    type: string,
    payload: string | Buffer,
  ) => (await app.inject({ method, url, payload, headers: { 'content-type': type } })).json()
  const bytes = 'application/octet-stream'
  t.same(await send('PUT', '/bytes', bytes, Buffer.alloc(900)), { ok: true })
  t.match(await send('PUT', '/bytes', bytes, Buffer.alloc(1001)), { code: 'BODY_TOO_LARGE' })
  t.match(await send('PUT', '/bytes', 'application/json', '{"amount": 1}'), {
    code: 'UNSUPPORTED_MEDIA_TYPE',
  })
  t.match(await send('POST', '/json', bytes, Buffer.alloc(9)), { code: 'UNSUPPORTED_MEDIA_TYPE' })
})

t.test('health says what the party says', async (t) => {
  t.same((await testServer().app.inject('/healthz')).json(), { status: 'ok' })
  const sick = testServer(undefined, () => false)
  t.match((await sick.app.inject('/healthz')).json(), { code: 'UNAVAILABLE', status: 503 })
})

t.test('requests in flight are served while closing, and their connections end', async (t) => {
  const gate = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const { app } = testServer((app) => {
    app.get('/slow', { schema: { response } }, async () => {
      arrived.resolve()
      await gate.promise
      return { ok: true }
    })
  })
  app.addHook('preClose', async () => gate.resolve())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const answer = get(`${url}/slow`)
  await arrived.promise
  const closed = app.close()
  t.match(await answer, { status: 200, connection: 'close' })
  await closed
})

function get(url: string): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(url, { headers: { connection: 'keep-alive' } }, (reply) => {
      reply.resume()
      resolve({ status: reply.statusCode, connection: reply.headers.connection })
    })
    call.on('error', reject).end()
  })
}

t.test('a coded error inside of INTERNAL stays inside', async (t) => {
  const { app } = testServer((app) => {
    app.get('/inner', { schema: { response } }, async () => {
      throw new HttpProblem('INTERNAL', { cause: new HttpProblem('FORBIDDEN') })
    })
  })
  t.equal((await app.inject('/inner')).json().code, 'INTERNAL')
})
