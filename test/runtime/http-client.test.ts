import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { Type } from 'typebox'
import { pathOf } from '#runtime/http-call'
import { type HttpClientOptions, openHttpClient } from '#runtime/http-client'
import { problemResponse } from '#runtime/http-problem'
import { buildServer } from '#runtime/http-server'
import { longPoll } from '#runtime/long-poll'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { testAuthority } from '#test/support/certificates'
import { collectGarbage } from '#test/support/collect-garbage'
import { capturedLog, seededRandom } from '#test/support/fixtures'
import type { TapTest } from '#test/support/tap-test'

const random = seededRandom('client')
const Answer = Type.Object({ n: Type.Integer() }, { additionalProperties: false })

/** A server of scripted answers, and a client whose waits are only written down. */
async function against(
  t: TapTest,
  listener: RequestListener,
  options: Partial<HttpClientOptions> = {},
) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const waits: number[] = []
  const sleep = async (ms: number) => void waits.push(ms)
  const client = openHttpClient({
    baseUrl: `http://127.0.0.1:${port}/v1/`,
    random,
    sleep,
    ...options,
  })
  t.teardown(async () => {
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, waits }
}

function json(status: number, body: unknown, headers = {}): RequestListener {
  return (_, reply) => {
    reply.writeHead(status, { 'content-type': 'application/json', ...headers })
    reply.end(JSON.stringify(body))
  }
}

function problem(status: number, code: string, headers = {}): RequestListener {
  const type = `urn:baotu:problem:${code.toLowerCase()}`
  return json(
    status,
    { type, status, title: 't', code, hint: 'h' },
    { 'content-type': 'application/problem+json', ...headers },
  )
}

/** Answers with the next listener of a list at each call; the last one stays. */
function inTurn(...listeners: RequestListener[]) {
  const calls: string[] = []
  const listener: RequestListener = (request, reply) => {
    calls.push(`${request.method} ${request.url} ${request.headers['idempotency-key'] ?? '-'}`)
    const [next] = listeners.length > 1 ? listeners.splice(0, 1) : listeners
    next?.(request, reply)
  }
  return { calls, listener }
}

t.test('a call carries its token, its body and its escaped path', async (t) => {
  const seen: unknown[] = []
  const listener: RequestListener = (request, reply) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers
      seen.push(request.url, authorization, type, body)
      json(200, { n: 7 })(request, reply)
    })
  }
  const { client } = await against(t, listener, { bearer: async () => 'abc' })
  const path = pathOf`/tasks/${'a/../b?c'}/result`
  t.same(await client.json({ method: 'POST', path, body: { x: [1] } }, Answer), { n: 7 })
  t.same(seen, ['/v1/tasks/a%2F..%2Fb%3Fc/result', 'Bearer abc', 'application/json', '{"x":[1]}'])
})

t.test('a refusal keeps the code of the other side apart from ours', async (t) => {
  const { client } = await against(t, problem(403, 'NO_MATCHING_PERMIT'))
  await t.rejects(client.json({ method: 'GET', path: '/x' }, Answer), {
    name: 'RemoteProblem',
    code: 'REMOTE_PROBLEM',
    remoteCode: 'NO_MATCHING_PERMIT',
    status: 403,
  })
})

t.test('a refusal that is no problem document has no remote code', async (t) => {
  const { client } = await against(t, json(500, { secret: 'stack' }))
  const call = client.json({ method: 'GET', path: '/x' }, Answer)
  await t.rejects(call, { code: 'REMOTE_PROBLEM', remoteCode: undefined, message: /^(?!.*stack)/ })
})

t.test('an answer that is not what was asked for is refused', async (t) => {
  const answers: [name: string, listener: RequestListener][] = [
    ['a member too many', json(200, { n: 1, m: 2 })],
    ['another type', json(200, { n: '1' })],
    [
      'duplicate keys',
      (_, reply) =>
        reply.writeHead(200, { 'content-type': 'application/json' }).end('{"n":1,"n":2}'),
    ],
    [
      'no JSON',
      (_, reply) => reply.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    ],
    ['another content type', json(200, { n: 1 }, { 'content-type': 'text/html' })],
    ['nothing', (_, reply) => reply.writeHead(204).end()],
  ]
  for (const [name, listener] of answers) {
    const { client } = await against(t, listener)
    await t.rejects(
      client.json({ method: 'GET', path: '/x' }, Answer),
      { code: 'REMOTE_RESPONSE_INVALID' },
      name,
    )
  }
})

t.test('what may be repeated is repeated with its key, and nothing else is', async (t) => {
  const failing = problem(503, 'UNAVAILABLE', { 'retry-after': '2' })
  const cut: RequestListener = (request) => request.socket.destroy()
  const good = json(200, { n: 1 })

  const first = inTurn(failing, cut, good)
  const { client, waits } = await against(t, first.listener)
  const call = { method: 'POST', path: '/x', body: {} } as const
  t.same(await client.json({ ...call, idempotencyKey: 'k-1' }, Answer), { n: 1 })
  t.same(first.calls, ['POST /v1/x k-1', 'POST /v1/x k-1', 'POST /v1/x k-1'])
  t.equal(waits[0], 2000, 'the other side asked for two seconds')
  t.ok((waits[1] ?? -1) >= 0 && (waits[1] ?? 999) <= 200, 'jittered')

  const second = inTurn(cut, good)
  const other = await against(t, second.listener)
  await t.rejects(other.client.json(call, Answer), { code: 'REMOTE_UNREACHABLE' })
  t.equal(second.calls.length, 1, 'no key, no repetition')

  const third = inTurn(problem(403, 'PROHIBITED'))
  const refusing = await against(t, third.listener)
  await t.rejects(refusing.client.json({ ...call, idempotencyKey: 'k' }, Answer), {
    code: 'REMOTE_PROBLEM',
    remoteCode: 'PROHIBITED',
  })
  t.equal(third.calls.length, 1, 'a refusal is an answer')

  const fourth = inTurn(failing)
  const down = await against(t, fourth.listener)
  await t.rejects(down.client.json({ method: 'GET', path: '/x' }, Answer), {
    code: 'REMOTE_PROBLEM',
    remoteCode: 'UNAVAILABLE',
  })
  t.equal(fourth.calls.length, 5, 'five attempts, then it is told')
})

t.test('an answer past the limit, a deadline and an abort each have their code', async (t) => {
  const huge: RequestListener = (_, reply) => {
    reply.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.alloc(2000))
  }
  const large = await against(t, huge, { maxResponseBytes: 1000 })
  await t.rejects(large.client.bytes({ method: 'GET', path: '/x' }), {
    code: 'REMOTE_RESPONSE_TOO_LARGE',
  })
  const fitting = await against(t, huge)
  t.equal((await fitting.client.bytes({ method: 'GET', path: '/x' })).length, 2000)

  const silent = await against(t, () => {})
  const collecting = setInterval(collectGarbage, 1)
  const call = { method: 'GET', path: '/x', deadlineMs: 30 } as const
  await t.rejects(silent.client.send(call), { code: 'REMOTE_TIMEOUT' })
  clearInterval(collecting)
  const signal = AbortSignal.abort()
  await t.rejects(silent.client.send({ method: 'GET', path: '/x', signal }), {
    code: 'REMOTE_CALL_ABORTED',
  })
})

t.test('a long poll goes on through silence and outage, and ends with its signal', async (t) => {
  const nothing: RequestListener = (_, reply) => reply.writeHead(204).end()
  const cut: RequestListener = (request) => request.socket.destroy()
  const turn = inTurn(
    json(200, { n: 1 }),
    nothing,
    cut,
    problem(503, 'UNAVAILABLE'),
    json(200, { n: 2 }),
  )
  const { client } = await against(t, turn.listener)
  const aborter = new AbortController()
  const options = { signal: aborter.signal, random, sleep: async () => {} }
  const seen: number[] = []
  for await (const { n } of longPoll(client, { method: 'POST', path: '/lease' }, Answer, options)) {
    seen.push(n)
    if (n === 2) aborter.abort()
  }
  t.same(seen, [1, 2])
  t.equal(turn.calls.length, 5)
})

t.test('a long poll that is refused says so', async (t) => {
  const { client } = await against(t, problem(401, 'UNAUTHENTICATED'))
  const options = { signal: new AbortController().signal, random }
  const poll = longPoll(client, { method: 'GET', path: '/lease' }, Answer, options)
  await t.rejects(poll.next(), { code: 'REMOTE_PROBLEM', remoteCode: 'UNAUTHENTICATED' })
})

t.test('plain HTTP to another machine is refused', async (t) => {
  const open = (baseUrl: string) => () => openHttpClient({ baseUrl, random })
  t.throws(open('http://gateway.example'), { code: 'REMOTE_INSECURE' })
  t.throws(open('http://127.0.0.1.example'), { code: 'REMOTE_INSECURE' })
  t.doesNotThrow(open('https://gateway.example'))
})

const city = testAuthority('city')
const stranger = testAuthority('stranger')
const skip = city && stranger ? false : 'no openssl on this machine'

t.test('mutual TLS: certificates of the right authority pass, both ways', { skip }, async (t) => {
  if (!city || !stranger) return
  const authorities = city.certificate
  const tls = { ...city.issue('gateway'), peerAuthorities: authorities }
  const app = buildServer({ problems: RUNTIME_PROBLEMS, log: capturedLog().log, random, tls })
  const schema = { response: { 200: Answer, ...problemResponse } }
  app.get('/n', { schema }, async () => ({ n: 1 }))
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const ask = async (identity: object) => {
    await using client = openHttpClient({ baseUrl, random, tls: identity, sleep: async () => {} })
    return await client.json({ method: 'GET', path: '/n' }, Answer)
  }
  t.same(await ask({ authorities, ...city.issue('holder') }), { n: 1 })
  await t.rejects(ask({ authorities }), { code: 'REMOTE_UNREACHABLE' }, 'no certificate')
  await t.rejects(ask({ authorities, ...stranger.issue('holder') }), { code: 'REMOTE_UNREACHABLE' })
  await t.rejects(ask({ authorities: stranger.certificate, ...city.issue('h2') }), {
    code: 'REMOTE_UNREACHABLE',
  })
  await t.rejects(ask({ ...city.issue('h3') }), { code: 'REMOTE_UNREACHABLE' }, 'unknown server')
})

t.test('text travels as text, and a status that a call declares is an answer', async (t) => {
  const seen: string[] = []
  const { client } = await against(t, async (request, reply) => {
    const chunks = await request.toArray()
    seen.push(String(request.headers['content-type']), Buffer.concat(chunks).toString())
    reply.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('3\n')
  })
  const call = { method: 'POST', path: '/x', text: 'old 0\n' } as const
  const { status, bytes } = await client.send({ ...call, answers: [409] })
  t.match({ status, body: Buffer.from(bytes).toString() }, { status: 409, body: '3\n' })
  t.strictSame(seen, ['text/plain', 'old 0\n'])
  await t.rejects(client.send(call), { code: 'REMOTE_PROBLEM', status: 409 }, 'and else it is none')
})
