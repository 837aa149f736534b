import path from 'node:path'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import type { Evidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { partyCosigner } from '#evidence/log-keys'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { openPartyLog } from '#evidence/party-log'
import { buildApp } from '#gateway/app'
import { assembleDesk } from '#gateway/assemble-desk'
import { createAuthenticator } from '#gateway/authenticator'
import { RateLimiter } from '#gateway/rate-limit'
import { GATEWAY_MIGRATIONS } from '#gateway/store/migrations'
import { openQuerySignals } from '#gateway/store/query-signals'
import type { GatewayDatabase } from '#gateway/store/schema'
import { DEFAULT_TIMING } from '#gateway/timing'
import { WitnessDesk } from '#gateway/witness-desk'
import { createDirectorySource } from '#protocol/directory-source'
import type { HttpServer } from '#runtime/http-server'
import { openStore } from '#runtime/store/open-store'
import { openTaskQueue } from '#runtime/store/task-queue'
import { openWatermark, WATERMARK_MIGRATIONS } from '#runtime/store/watermark'
import { tokenOf } from '#test/gateway/support/gateway'
import { testSnapshot } from '#test/gateway/support/policies'
import { requestOf, signRequest } from '#test/gateway/support/request'
import { createTestSpace, SPACE, type TestSpace, verify } from '#test/gateway/support/space'
import { capturedLog } from '#test/support/fixtures'
import type { BenchmarkResult } from '../result.ts'
import { median } from '../runner/measure.ts'
import type { DurableDatabase } from './durable-database.ts'

const AT_ONCE = 16
const MIGRATIONS = [GATEWAY_MIGRATIONS, EVIDENCE_MIGRATIONS, WATERMARK_MIGRATIONS]

/**
 * A whole `POST /queries`: token, signed request, plan, chain, policies, budgets, one serialisable
 * transaction, the answer with its receipt. The same server is asked without its log in turn.
 */
export async function requestTaxResult(
  database: DurableDatabase,
  requests: number,
): Promise<BenchmarkResult> {
  const space = await createTestSpace()
  const wrapping = systemRandom(32)
  const rates = { with: [] as number[], without: [] as number[] }
  const sides = ['without', 'with', 'with', 'without', 'without', 'with'] as const
  for (const [round, side] of sides.entries()) {
    // A database of its own: no policy allows one consumer as many questions as all rounds ask.
    const at = { database, name: `tax_${round}` }
    await using gateway = await openGateway(at, space, wrapping, side === 'with')
    await ask(gateway.app, space, Math.ceil(requests / 10))
    rates[side].push(await ask(gateway.app, space, requests))
  }
  const [value, anchor] = [median(rates.with), median(rates.without)]
  return {
    name: 'gateway requests with the log',
    unit: '1/s',
    value,
    anchor: { name: 'the same server without its log', value: anchor },
    ratio: value / anchor,
    target: { ratio: 0.6, direction: 'at-least' },
    note: `${requests} requests, ${AT_ONCE} at once, three rounds of each in turn; five entries a request, committed with it, and a receipt in the answer`,
  }
}

async function ask(app: HttpServer, space: TestSpace, count: number): Promise<number> {
  const { bank } = space.members
  const snapshot = testSnapshot()
  const authorization = `Bearer ${await tokenOf(space, bank)}`
  const headers = { authorization, 'content-type': 'application/json' }
  const bodies = await Promise.all(
    Array.from({ length: count }, () => signRequest(bank, requestOf(space, snapshot))),
  )
  const start = performance.now()
  const client = async () => {
    for (let request = bodies.pop(); request !== undefined; request = bodies.pop()) {
      const payload = JSON.stringify({ request })
      const reply = await app.inject({ method: 'POST', url: '/queries', headers, payload })
      if (reply.statusCode !== 202) throw new Error(`answered ${reply.statusCode} ${reply.body}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  return (count * 1000) / (performance.now() - start)
}

interface BenchGateway extends AsyncDisposable {
  readonly app: HttpServer
}

async function openGateway(
  { database, name }: { readonly database: DurableDatabase; readonly name: string },
  space: TestSpace,
  wrapping: Uint8Array,
  hasLog: boolean,
): Promise<BenchGateway> {
  const { clock, members, anchor } = space
  const did = members.gateway.did
  const url = await database.url(name)
  const db = await openStore<GatewayDatabase>({
    ...{ url, party: 'gateway', migrations: MIGRATIONS, maxConnections: 20 },
  })
  const queue = await openTaskQueue({ url, db, clock, onError: () => undefined })
  const signals = await openQuerySignals({ url })
  const wrappingKey = Secret.take(Uint8Array.from(wrapping))
  const state = path.join(database.folder, name)
  const real = await openPartyLog({ db, did, spaceId: SPACE, wrappingKey, state, clock })
  const evidence = hasLog ? real : withoutLog(real)
  const directory = createDirectorySource({
    fetch: () => space.sign(),
    ...{ verify, anchor, clock, oldest: openWatermark(db, SPACE, 'directory') },
  })
  const { log } = capturedLog()
  const desk = assembleDesk({
    ...{ db, queue, evidence, signals, directory, did, spaceId: SPACE, clock, verify, log },
    ...{ keys: members.gateway.keys, random: systemRandom, timing: DEFAULT_TIMING },
    release: members.release.did,
    auditor: members.auditor.did,
    snapshot: testSnapshot,
  })
  const authenticator = createAuthenticator({ directory, verify, audience: did, clock })
  const limiter = new RateLimiter({ perSecond: 1e6, burst: 1e6 }, clock)
  const admission = { authenticator, limiter }
  const cosigner = partyCosigner({ did, spaceId: SPACE, wrappingKey })
  const witnesses = new WitnessDesk({
    ...{ did, spaceId: SPACE, evidence, cosigner, directory, clock, log },
    database: logDatabase(db),
  })
  const app = await buildApp({
    ...{ desk, evidence, witnesses, admission, blobBytes: 1e6, log, random: systemRandom },
  })
  const close = async () => {
    await app.close()
    await signals[Symbol.asyncDispose]()
    await queue.close()
    await real[Symbol.asyncDispose]()
    await db.destroy()
  }
  return { app, [Symbol.asyncDispose]: close }
}

/** The same interface with nothing behind it: what the log costs is what this saves. */
function withoutLog(real: Evidence): Evidence {
  const appended = { ticket: '0', leafHash: '', entry: '' }
  const receipt = { index: 0, leafHash: '', checkpoint: '', proof: [], entry: '' }
  return {
    vkey: real.vkey,
    append: async () => appended,
    appendAll: async () => [appended],
    record: async () => receipt,
    receipt: async () => receipt,
    receiptAt: async () => receipt,
    checkpoint: () => real.checkpoint(),
    tile: (level, index) => real.tile(level, index),
    bundle: (index) => real.bundle(index),
    [Symbol.asyncDispose]: async () => undefined,
  }
}
