import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import type { Evidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { partyCosigner } from '#evidence/log-keys'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import type { Cosigner } from '#evidence/note-signer'
import { openPartyLog } from '#evidence/party-log'
import { buildApp } from '#gateway/app'
import { assembleDesk } from '#gateway/assemble-desk'
import { createAuthenticator } from '#gateway/authenticator'
import type { GatewayDesk } from '#gateway/gateway-desk'
import { type RateLimit, RateLimiter } from '#gateway/rate-limit'
import { GATEWAY_MIGRATIONS } from '#gateway/store/migrations'
import { openQuerySignals } from '#gateway/store/query-signals'
import type { GatewayDatabase } from '#gateway/store/schema'
import { DEFAULT_TIMING, type Timing } from '#gateway/timing'
import { WitnessDesk } from '#gateway/witness-desk'
import type { Snapshot } from '#policies/compile'
import { ACCESS_KIND, ACCESS_TOKEN_MS } from '#protocol/access-token'
import { createDirectorySource } from '#protocol/directory-source'
import type { DirectoryDocument } from '#protocol/messages/directory'
import type { HttpServer } from '#runtime/http-server'
import { openStore } from '#runtime/store/open-store'
import { openTaskQueue } from '#runtime/store/task-queue'
import { openWatermark, WATERMARK_MIGRATIONS } from '#runtime/store/watermark'
import { testDatabase } from '#test/support/database'
import { capturedLog } from '#test/support/fixtures'
import type { TapTest } from '#test/support/tap-test'
import { testSnapshot } from './policies.ts'
import { createTestSpace, type Member, SPACE, type TestSpace, verify } from './space.ts'

export interface Replica {
  readonly app: HttpServer
  readonly desk: GatewayDesk
  readonly db: Kysely<GatewayDatabase>
  readonly evidence: Evidence
  readonly cosigner: Cosigner
  readonly logged: string[]
}

export interface TestGateway {
  readonly space: TestSpace
  readonly replicas: readonly Replica[]
  /** The secret that its keys are derived from. */
  readonly wrapping: Uint8Array
  /** What the authority serves and the policies judge by; a test changes them. */
  readonly world: { directory: Partial<DirectoryDocument>; snapshot: Snapshot }
  /** One call by a member, to any replica in turn unless one is named. */
  call(by: Member | undefined, call: Call): Promise<Reply>
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly body?: unknown
  readonly bytes?: Uint8Array
  readonly text?: string
  readonly replica?: number
  readonly token?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly bytes: Uint8Array
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly json: any
}

export interface GatewayChange {
  readonly replicas?: number
  readonly timing?: Partial<Timing>
  readonly snapshot?: Snapshot
  readonly rate?: RateLimit
  /** Another gateway of the same space and keys over a database of its own: a fork, or a restore. */
  readonly like?: TestGateway
  /** Stands between the gateway and its log, to break it. */
  readonly evidence?: (real: Evidence) => Evidence
}

const MIGRATIONS = [GATEWAY_MIGRATIONS, EVIDENCE_MIGRATIONS, WATERMARK_MIGRATIONS]

/** Replicas of a gateway over one real database, in a space of real keys. */
export async function openTestGateway(
  t: TapTest,
  change: GatewayChange = {},
): Promise<TestGateway> {
  const space = change.like?.space ?? (await createTestSpace())
  const world: TestGateway['world'] = {
    directory: change.like?.world.directory ?? {},
    snapshot: change.snapshot ?? testSnapshot(),
  }
  const url = await testDatabase(t, MIGRATIONS)
  const wrapping = change.like?.wrapping ?? systemRandom(32)
  const replicas: Replica[] = []
  for (let index = 0; index < (change.replicas ?? 2); index += 1) {
    replicas.push(await openReplica(t, { space, world, url, wrapping, change }))
  }
  let turn = 0
  const call = async (by: Member | undefined, wanted: Call): Promise<Reply> => {
    turn += 1
    const replica = replicas[wanted.replica ?? turn % replicas.length]
    if (replica === undefined) throw new Error('no such replica')
    return inject(replica.app, wanted, wanted.token ?? (by && (await tokenOf(space, by))))
  }
  return { space, replicas, wrapping, world, call }
}

interface ReplicaParts {
  readonly space: TestSpace
  readonly world: TestGateway['world']
  readonly url: string
  readonly wrapping: Uint8Array
  readonly change: GatewayChange
}

async function openReplica(
  t: TapTest,
  { space, world, url, wrapping, change }: ReplicaParts,
): Promise<Replica> {
  const { clock, members, anchor } = space
  const did = members.gateway.did
  const state = await mkdtemp(join(tmpdir(), 'baotu-gateway-'))
  const db = await openStore<GatewayDatabase>({ url, party: 'gateway', migrations: MIGRATIONS })
  const { log, lines } = capturedLog()
  const onError = () => undefined
  const queue = await openTaskQueue({ url, db, clock, onError })
  const signals = await openQuerySignals({ url })
  const wrappingKey = Secret.take(Uint8Array.from(wrapping))
  const real = await openPartyLog({ db, did, spaceId: SPACE, wrappingKey, state, clock })
  const evidence = change.evidence?.(real) ?? real
  const directory = createDirectorySource({
    fetch: () => space.sign(world.directory),
    verify,
    anchor,
    clock,
    oldest: openWatermark(db, SPACE, 'directory'),
  })
  const desk = assembleDesk({
    ...{ db, queue, evidence, signals, directory, did, spaceId: SPACE, clock, verify, log },
    keys: members.gateway.keys,
    release: members.release.did,
    auditor: members.auditor.did,
    snapshot: () => world.snapshot,
    random: systemRandom,
    timing: { ...DEFAULT_TIMING, ...change.timing },
  })
  const cosigner = partyCosigner({ did, spaceId: SPACE, wrappingKey })
  const app = await buildApp({
    desk,
    evidence,
    witnesses: new WitnessDesk({
      ...{ did, spaceId: SPACE, evidence, cosigner, directory, clock, log },
      database: logDatabase(db),
    }),
    admission: {
      authenticator: createAuthenticator({ directory, verify, audience: did, clock }),
      limiter: new RateLimiter(change.rate ?? { perSecond: 10_000, burst: 10_000 }, clock),
    },
    blobBytes: 1_000_000,
    log,
    random: systemRandom,
  })
  t.teardown(async () => {
    await app.close()
    await signals[Symbol.asyncDispose]()
    await queue.close()
    await real[Symbol.asyncDispose]()
    await db.destroy()
    await rm(state, { recursive: true })
  })
  return { app, desk, db, evidence, cosigner, logged: lines }
}

/** A fresh access token of a member. */
export async function tokenOf({ clock, members }: TestSpace, by: Member): Promise<string> {
  const now = clock.now()
  return by.keys.signer().sign(ACCESS_KIND.typ, {
    type: 'baotu/access@1',
    issuer: by.did,
    audience: members.gateway.did,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + ACCESS_TOKEN_MS).toISOString(),
    id: Buffer.from(systemRandom(16)).toString('base64url'),
  })
}

async function inject(app: HttpServer, call: Call, token: string | undefined): Promise<Reply> {
  const { method, url, body, bytes, text } = call
  const reply = await app.inject({
    method,
    url,
    headers: {
      'accept-language': 'en',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(text === undefined ? {} : { 'content-type': 'text/plain' }),
    },
    ...(bytes === undefined ? {} : { payload: Buffer.from(bytes) }),
    ...(text === undefined ? {} : { payload: text }),
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  const isJson = String(reply.headers['content-type'] ?? '').includes('json')
  return {
    status: reply.statusCode,
    headers: reply.headers,
    bytes: reply.rawPayload,
    json: isJson ? reply.json() : undefined,
  }
}
