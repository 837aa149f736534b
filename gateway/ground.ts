import path from 'node:path'
import type { Kysely } from 'kysely'
import { systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import { openKeyFile } from '#crypto/sign/key-file'
import type { KeyProvider } from '#crypto/sign/key-provider'
import type { Evidence } from '#evidence/log'
import { partyCosigner } from '#evidence/log-keys'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import type { Cosigner } from '#evidence/note-signer'
import { openPartyLog } from '#evidence/party-log'
import { announceKeys, KNOWN_KEY_MIGRATIONS } from '#party/announce-keys'
import { createDirectorySource, type DirectorySource } from '#protocol/directory-source'
import type { Clock } from '#runtime/clock'
import { openHttpClient } from '#runtime/http-client'
import type { Log } from '#runtime/log'
import { readSecret, secretText } from '#runtime/secret-source'
import { openStore } from '#runtime/store/open-store'
import { openTaskQueue, type TaskQueue } from '#runtime/store/task-queue'
import { openWatermark, WATERMARK_MIGRATIONS } from '#runtime/store/watermark'
import { type ClientTlsTexts, readClientTls } from '#runtime/tls-files'
import type { GatewayConfig } from './config.ts'
import { GATEWAY_MIGRATIONS } from './store/migrations.ts'
import { openQuerySignals, type QuerySignals } from './store/query-signals.ts'
import type { GatewayDatabase } from './store/schema.ts'

/** What a configuration says and where it lies. */
export interface Configured {
  readonly config: GatewayConfig
  /** The folder of the configuration file: its paths are relative to it. */
  readonly folder: string
  readonly log: Log
  readonly clock: Clock
}

/** What a replica holds open; disposing closes it in reverse. */
export interface GatewayGround extends AsyncDisposable {
  readonly keys: KeyProvider
  readonly db: Kysely<GatewayDatabase>
  readonly queue: TaskQueue
  readonly signals: QuerySignals
  readonly evidence: Evidence
  /** By which the gateway witnesses the others' logs. */
  readonly cosigner: Cosigner
  readonly directory: DirectorySource
}

/** A fresh key is valid for a year; rotate well before. */
export const KEY_LIFETIME_MS = 365 * 86_400_000

const MIGRATIONS = [
  GATEWAY_MIGRATIONS,
  EVIDENCE_MIGRATIONS,
  WATERMARK_MIGRATIONS,
  KNOWN_KEY_MIGRATIONS,
]

/** Opens keys, database, task queue, log and directory. Refuses what is missing; no defaults. */
export async function openGround(configured: Configured): Promise<GatewayGround> {
  await using owned = new AsyncDisposableStack()
  const { config, folder, log, clock } = configured
  const { did, spaceId } = config
  const onError = (error: unknown) => log.error({ err: error }, 'database connection lost')
  using wrappingKey = await readSecret(config.keys.wrappingKey, folder)
  const policy = { did, now: () => clock.now(), random: systemRandom, lifetimeMs: KEY_LIFETIME_MS }
  const keyFile = path.resolve(folder, config.keys.file)
  const keys = await openKeyFile({ ...policy, path: keyFile, wrappingKey })
  using secret = await readSecret(config.database.url, folder)
  const url = secretText(secret)
  const store = { url, party: 'gateway', migrations: MIGRATIONS, onConnectionLost: onError }
  const db = await openStore<GatewayDatabase>(store)
  owned.defer(() => db.destroy())
  const queue = owned.use(await openTaskQueue({ url, db, clock, onError }))
  const signals = owned.use(await openQuerySignals({ url, onLost: onError }))
  const root = { did, spaceId, wrappingKey }
  const state = path.resolve(folder, config.state)
  const evidence = owned.use(await openPartyLog({ ...root, db, state, clock, sm2: config.sm2 }))
  await announceKeys({ db, evidence, spaceId, keys })
  const cosigner = partyCosigner(root, config.witnessKey)
  const tls = await readClientTls(config.authority.tls, folder)
  const directory = openDirectorySource(configured, db, owned, tls)
  const held = owned.move()
  const close = () => held[Symbol.asyncDispose]()
  return {
    ...{ keys, db, queue, signals, evidence, cosigner, directory },
    [Symbol.asyncDispose]: close,
  }
}

function openDirectorySource(
  { config, clock }: Configured,
  db: Kysely<GatewayDatabase>,
  owned: AsyncDisposableStack,
  tls: ClientTlsTexts | undefined,
): DirectorySource {
  const { authority, spaceId } = config
  const client = owned.use(
    openHttpClient({ baseUrl: authority.url, random: systemRandom, ...(tls && { tls }) }),
  )
  return createDirectorySource({
    fetch: async () => {
      const { bytes } = await client.send({ method: 'GET', path: '/directory' })
      return Buffer.from(bytes).toString('utf8')
    },
    verify: verifyJws,
    anchor: { spaceId, authority: authority.did, keys: authority.keys },
    clock,
    oldest: openWatermark(db, spaceId, 'directory'),
  })
}
