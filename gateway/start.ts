import path from 'node:path'
import { systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import { logDatabase } from '#evidence/log-database'
import { keepLog } from '#party/keep-log'
import type { HttpServer, TlsOptions } from '#runtime/http-server'
import type { PartyContext } from '#runtime/process'
import { readServerTls } from '#runtime/tls-files'
import { buildApp } from './app.ts'
import { assembleDesk } from './assemble-desk.ts'
import { createAuthenticator } from './authenticator.ts'
import type { GatewayConfig } from './config.ts'
import type { GatewayDesk } from './gateway-desk.ts'
import { type Configured, type GatewayGround, openGround } from './ground.ts'
import { announcePolicies, loadPolicies } from './policies.ts'
import { RateLimiter } from './rate-limit.ts'
import { startSweeper } from './sweeper.ts'
import { timingOf } from './timing.ts'
import { WitnessDesk } from './witness-desk.ts'

const MEBIBYTE = 1024 * 1024
const SWEEP_MS = 1000

/** Opens a replica as its configuration says and listens, until all that it owns is closed. */
export async function startGateway(
  context: PartyContext<GatewayConfig>,
): Promise<{ did: string; url: string }> {
  const { config, folder, log, owned } = context
  const ground = owned.use(await openGround(context))
  const desk = await openDesk(context, ground)
  owned.use(await keepLog({ ...logOf(context, ground), config, folder, log }))
  owned.use(startSweeper({ desk, db: ground.db, log, everyMs: SWEEP_MS }))
  const app = await openApp(context, ground, desk, await readServerTls(config.listen, folder))
  owned.defer(() => app.close())
  const { host, port } = config.listen
  const url = await app.listen({ host, port, listenTextResolver: () => 'listening' })
  return { did: config.did, url }
}

function logOf({ config: { did, spaceId } }: Configured, { evidence, db }: GatewayGround) {
  return { did, spaceId, evidence, database: logDatabase(db), random: systemRandom }
}

async function openDesk(
  { config, folder, clock, log }: Configured,
  ground: GatewayGround,
): Promise<GatewayDesk> {
  const { did, spaceId, release, auditor, policies, limits, seconds, disclosableDays } = config
  const resolve = (file: string) => path.resolve(folder, file)
  const snapshot = await loadPolicies(
    typeof policies === 'string' ? resolve(policies) : policies.map(resolve),
  )
  const desk = assembleDesk({
    ...ground,
    ...{ did, spaceId, release, auditor, clock, log },
    verify: verifyJws,
    snapshot: () => snapshot,
    random: systemRandom,
    timing: timingOf(seconds ?? {}, limits?.attempts, disclosableDays),
  })
  await announcePolicies(ground.db, desk, snapshot)
  return desk
}

async function openApp(
  { config, log, clock }: Configured,
  { evidence, directory, db, cosigner }: GatewayGround,
  desk: GatewayDesk,
  tls: TlsOptions | undefined,
): Promise<HttpServer> {
  const { callsPerSecond = 100, callsAtOnce = 500 } = config.limits ?? {}
  const { bodyBytes = 4 * MEBIBYTE, blobBytes = 64 * MEBIBYTE } = config.limits ?? {}
  const who = { directory, verify: verifyJws, audience: config.did, clock }
  const rate = { perSecond: callsPerSecond, burst: callsAtOnce }
  return buildApp({
    desk,
    evidence,
    witnesses: new WitnessDesk({
      ...{ did: config.did, spaceId: config.spaceId, evidence, cosigner, directory, clock, log },
      database: logDatabase(db),
    }),
    admission: {
      authenticator: createAuthenticator(who),
      limiter: new RateLimiter(rate, clock),
    },
    blobBytes,
    log,
    random: systemRandom,
    bodyLimitBytes: bodyBytes,
    requestTimeoutMs: 60_000,
    ...(tls && { tls }),
    isHealthy: async () => {
      await db.selectFrom('query').select('request').limit(1).execute()
      return true
    },
  })
}
