import { mkdirSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { checkpointDigest } from '#evidence/anchor'
import { anchorLog } from '#evidence/anchor-log'
import { formatAnchorRecord, parseAnchorRecord } from '#evidence/anchor-record'
import { AnchorStore } from '#evidence/anchor-store'
import { parseCheckpoint } from '#evidence/checkpoint'
import { parseEntry } from '#evidence/entry-form'
import { fileAnchor } from '#evidence/file-anchor'
import { openFileGuard } from '#evidence/fork-guard'
import { httpAnchor, MAX_PROOF_BYTES } from '#evidence/http-anchor'
import { openEvidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { parseNote } from '#evidence/signed-note'
import { keepLog, type LogKeeper } from '#party/keep-log'
import { type HttpClientOptions, openHttpClient } from '#runtime/http-client'
import { openStore } from '#runtime/store/open-store'
import { testAuthority } from '#test/support/certificates'
import { testDatabase } from '#test/support/database'
import { capturedLog, fakeClock, seededRandom } from '#test/support/fixtures'
import type { TapTest } from '#test/support/tap-test'
import { temporaryFolder } from './made-folder.ts'
import { madeKey } from './made-log.ts'
import { digest, GATEWAY } from './made-story.ts'

const SPACE = 'urn:test'
const ORIGIN = 'gateway.example/log'
const never = new AbortController().signal
const random = seededRandom('anchors')

async function party(t: TapTest) {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  const folder = temporaryFolder(t)
  const db = await openStore<Record<string, never>>({ url, party: 'gateway' })
  const guard = await openFileGuard(path.join(folder, 'guard'), ORIGIN)
  const signer = ed25519NoteSigner(ORIGIN, madeKey('gateway'))
  const evidence = await openEvidence({ db, spaceId: SPACE, signer, guard, clock: fakeClock() })
  t.teardown(async () => {
    await evidence[Symbol.asyncDispose]()
    await db.destroy()
  })
  const database = logDatabase(db)
  const grow = async () => {
    await evidence.record({
      type: 'policy.enabled',
      actor: GATEWAY,
      policy: digest('p'),
      approver: GATEWAY,
    })
  }
  const entries = async () => {
    await evidence.checkpoint()
    return (await evidence.bundle(0)).map(parseEntry)
  }
  const kept = () => new AnchorStore(SPACE).all(database.reader)
  return {
    log: { did: GATEWAY, spaceId: SPACE, evidence, database },
    db,
    folder,
    grow,
    entries,
    kept,
  }
}

/** A chain's service on this machine; gives its address and what it was asked. */
async function service(t: TapTest, listener: RequestListener) {
  const asked: { readonly key: unknown; readonly body: unknown; readonly url: unknown }[] = []
  const server = createServer(async (request, reply) => {
    const body = Buffer.concat(await request.toArray()).toString()
    asked.push({
      key: request.headers['idempotency-key'],
      body: JSON.parse(body || '0'),
      url: request.url,
    })
    listener(request, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const answering = (type: string, body: string | Buffer, status = 200): RequestListener => {
  return (_, reply) => void reply.writeHead(status, { 'content-type': type }).end(body)
}
const proving = answering('application/json', '{"height":7}')

function httpChain(t: TapTest, url: string, options: Partial<HttpClientOptions> = {}) {
  const sleep = async () => undefined
  const client = openHttpClient({ baseUrl: url, random, sleep, deadlineMs: 2000, ...options })
  t.teardown(() => client.close())
  return httpAnchor('QUANCHENG', client, '/evidence')
}

t.test(
  'a checkpoint’s digest is anchored outside, once for each growth, and recorded',
  async (t) => {
    const { log, folder, grow, entries, kept } = await party(t)
    const file = path.join(folder, 'anchors/notary')
    const anchor = fileAnchor('NOTARY', file)
    t.notOk(await anchorLog(log, anchor, never), 'an empty log says nothing')
    await grow()
    t.ok(await anchorLog(log, anchor, never))
    const [record] = await kept()
    const checkpoint = checkpointDigest(record?.note ?? '')
    t.same(JSON.parse(readFileSync(file, 'utf8')), { origin: ORIGIN, size: 1, checkpoint })
    t.match((await entries()).at(-1), {
      ...{ type: 'anchor.placed', actor: GATEWAY, chain: 'NOTARY', checkpoint },
      ...{ log: digestBytes(Buffer.from(ORIGIN)), proof: digestBytes(readFileSync(file)) },
    })
    t.notOk(await anchorLog(log, anchor, never), 'its own record is no growth')
    await grow()
    t.ok(await anchorLog(log, anchor, never))
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    t.same(
      lines.map((line) => JSON.parse(line).size),
      [1, 3],
    )
    t.equal((await entries()).length, 4)
  },
)

t.test('a chain’s service gets digests only, and its answer is the proof', async (t) => {
  const { log, grow, kept } = await party(t)
  await grow()
  const chain = await service(t, proving)
  t.ok(await anchorLog(log, httpChain(t, chain.url), never))
  const [record] = await kept()
  const { origin, size } = parseCheckpoint(parseNote(record?.note ?? '').text)
  const checkpoint = checkpointDigest(record?.note ?? '')
  t.same(chain.asked, [{ key: checkpoint, body: { origin, size, checkpoint }, url: '/evidence' }])
  t.equal(Buffer.from(record?.proof ?? []).toString(), '{"height":7}')
})

t.test('what is no proof anchors nothing, and is asked for again', async (t) => {
  const { log, grow, entries, kept } = await party(t)
  await grow()
  const other = await service(t, proving)
  const moved: RequestListener = (_, reply) =>
    void reply.writeHead(307, { location: `${other.url}/evidence` }).end()
  const wrong: Readonly<Record<string, RequestListener>> = {
    'a page for people': answering('text/html', '<html>log in</html>'),
    'an empty answer': answering('application/json', ''),
    'no content': (_, reply) => void reply.writeHead(204).end(),
    'a refusal': answering('application/json', '{}', 403),
    'a fault': answering('application/json', '{}', 500),
    'a redirect': moved,
    'an answer without end': answering('application/json', Buffer.alloc(MAX_PROOF_BYTES + 1)),
    'a connection cut': (request) => request.socket.destroy(),
    'one cut in the middle': (_, reply) => {
      reply.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' })
      reply.write('{')
      setTimeout(() => reply.destroy(), 5)
    },
  }
  for (const [name, listener] of Object.entries(wrong)) {
    const { url } = await service(t, listener)
    await t.rejects(anchorLog(log, httpChain(t, url), never), { code: 'ANCHOR_UNAVAILABLE' }, name)
  }
  t.same(other.asked, [], 'nothing followed the redirect')
  const silent = await service(t, () => undefined)
  const slow = httpChain(t, silent.url, { deadlineMs: 100 })
  await t.rejects(anchorLog(log, slow, never), { code: 'ANCHOR_UNAVAILABLE' }, 'too slow')
  const folder = temporaryFolder(t)
  await t.rejects(anchorLog(log, fileAnchor('NOTARY', folder), never), {
    code: 'ANCHOR_UNAVAILABLE',
  })
  t.same(await kept(), [])
  t.equal((await entries()).length, 1)

  const busy = ['503', '503', 'good']
  const chain = await service(t, (request, reply) => {
    if (busy.shift() === 'good') proving(request, reply)
    else reply.writeHead(503).end()
  })
  t.ok(await anchorLog(log, httpChain(t, chain.url), never), 'a busy one is asked again')
  t.equal(new Set(chain.asked.map(({ key }) => key)).size, 1, 'under the same key')
  t.equal(chain.asked.length, 3)
})

t.test('placed but not stored, it is placed again and recorded once', async (t) => {
  const { log, db, grow, entries, kept } = await party(t)
  await grow()
  const chain = await service(t, proving)
  const anchor = httpChain(t, chain.url)
  await sql`alter table evidence_outbox add constraint broken check (false)`.execute(db)
  const placing = anchorLog(log, anchor, never)
  await t.rejects(placing, 'the record and its entry come together or not at all')
  await sql`alter table evidence_outbox drop constraint broken`.execute(db)
  t.same(await kept(), [])
  t.ok(await anchorLog(log, anchor, never))
  t.equal(chain.asked.length, 2)
  t.same(chain.asked[0], chain.asked[1], 'the same request under the same key')
  const placed = (await entries()).filter(({ type }) => type === 'anchor.placed')
  t.equal(placed.length, 1)
})

t.test('two processes of a party record one checkpoint once', async (t) => {
  const { log, grow, entries } = await party(t)
  await grow()
  const gate = Promise.withResolvers<void>()
  const placing = ['a', 'b'].map(() =>
    anchorLog(log, { chain: 'C', place: () => gate.promise.then(() => Buffer.from('p')) }, never),
  )
  await delay(50)
  gate.resolve()
  t.same((await Promise.all(placing)).toSorted(), [false, true])
  t.equal((await entries()).filter(({ type }) => type === 'anchor.placed').length, 1)
})

const city = testAuthority('city')
const skip = city ? false : 'no openssl on this machine'

t.test(
  'a chain is called over TLS, by certificates of the right authority',
  { skip },
  async (t) => {
    if (!city) return
    const { log, grow } = await party(t)
    await grow()
    const options = { ...city.issue('chain'), ca: city.certificate, requestCert: true }
    const server = createTlsServer({ ...options, rejectUnauthorized: true }, proving)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const refused = { code: 'ANCHOR_UNAVAILABLE' }
    await t.rejects(anchorLog(log, httpChain(t, url), never), refused, 'an unknown authority')
    const authorities = city.certificate
    await t.rejects(anchorLog(log, httpChain(t, url, { tls: { authorities } }), never), refused)
    const tls = { authorities, ...city.issue('gateway') }
    t.ok(await anchorLog(log, httpChain(t, url, { tls }), never))
  },
)

t.test('a party keeps its log published and anchored, and closing waits for both', async (t) => {
  const { log, folder, grow, kept } = await party(t)
  const { log: logger, lines } = capturedLog()
  let isUp = false
  const chain = await service(t, (request, reply) => {
    if (isUp) proving(request, reply)
    else reply.writeHead(404).end()
  })
  const config = {
    publish: { folder: 'published', everySeconds: 0.02 },
    anchor: { chain: 'QUANCHENG', http: `${chain.url}/evidence?space=x`, everySeconds: 0.02 },
  }
  const keeper: LogKeeper = { ...log, config, folder, random, log: logger }
  await grow()
  {
    await using _ = await keepLog(keeper)
    while (!lines.some((line) => line.includes('ANCHOR_UNAVAILABLE'))) await delay(5)
    await grow()
    isUp = true
    while ((await kept()).length === 0) await delay(5)
    await grow()
  }
  t.equal(chain.asked[0]?.url, '/evidence?space=x')
  const asked = chain.asked.length
  const published = readFileSync(path.join(folder, 'published/checkpoint'), 'utf8')
  await delay(60)
  t.equal(chain.asked.length, asked, 'closed is closed')
  t.equal(readFileSync(path.join(folder, 'published/checkpoint'), 'utf8'), published)
  t.notMatch(lines.join(''), /127\.0\.0\.1|sha256/, 'logged by code alone')
})

t.test('nobody waits for a chain that says nothing', async (t) => {
  const { log, folder, grow, kept } = await party(t)
  await grow()
  const silent = await service(t, () => undefined)
  const stop = new AbortController()
  const placing = anchorLog(log, httpChain(t, silent.url, { deadlineMs: 200_000 }), stop.signal)
  while (silent.asked.length === 0) await delay(5)
  await grow()
  stop.abort()
  const cause = { code: 'REMOTE_CALL_ABORTED' }
  await t.rejects(placing, { code: 'ANCHOR_UNAVAILABLE', cause })

  const { log: logger, lines } = capturedLog()
  const anchor = { chain: 'QUANCHENG', http: silent.url }
  {
    await using _ = await keepLog({ ...log, config: { anchor }, folder, random, log: logger })
    while (silent.asked.length === 1) await delay(5)
    await grow()
  }
  t.same(lines, [], 'closing is no failure')
  t.same(await kept(), [])
})

t.test('what cannot be published or reached safely is told', async (t) => {
  const { log, folder, grow } = await party(t)
  await grow()
  const { log: logger, lines } = capturedLog()
  const base = { ...log, folder, random, log: logger }
  const plain = { chain: 'QUANCHENG', http: 'http://chain.example/evidence' }
  await t.rejects(keepLog({ ...base, config: { anchor: plain } }), { code: 'REMOTE_INSECURE' })
  mkdirSync(path.join(folder, 'taken/checkpoint'), { recursive: true })
  {
    const publish = { folder: 'taken', everySeconds: 0.02 }
    await using _ = await keepLog({ ...base, config: { publish } })
    while (lines.length < 2) await delay(5)
  }
  t.match(lines.join(''), /"code":"EISDIR"/)
})

t.test('an anchored checkpoint has one spelling as a file', async (t) => {
  const record = { chain: 'NOTARY', note: 'a\n\n— b c\n', proof: Buffer.from([0, 255]) }
  const text = formatAnchorRecord(record)
  t.same(parseAnchorRecord(text), record)
  for (const other of ['', '[]', 'null', text.trim(), `${text} `, text.replace('AP8=', 'AP9=')]) {
    t.equal(parseAnchorRecord(other), undefined, JSON.stringify(other))
  }
  t.equal(parseAnchorRecord(text.replace('"chain"', '"more":1,"chain"')), undefined)
})
