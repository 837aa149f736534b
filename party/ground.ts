import path from 'node:path'
import type { Kysely } from 'kysely'
import { type Random, systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import { openKeyFile } from '#crypto/sign/key-file'
import type { KeyProvider } from '#crypto/sign/key-provider'
import type { Evidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { partyCosigner } from '#evidence/log-keys'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { openPartyLog } from '#evidence/party-log'
import { openParty, type Party, type PartyConfig } from '#protocol/party'
import type { Clock } from '#runtime/clock'
import { openHttpClient } from '#runtime/http-client'
import type { DatabaseReference, KeyFileReference, WitnessAlgorithm } from '#runtime/party-config'
import { readSecret, secretText } from '#runtime/secret-source'
import type { MigrationSet } from '#runtime/store/migration'
import { openStore } from '#runtime/store/open-store'
import { openWatermark, WATERMARK_MIGRATIONS } from '#runtime/store/watermark'
import { readPartyTls, type TlsReferences } from '#runtime/tls-files'
import { announceKeys, KNOWN_KEY_MIGRATIONS } from './announce-keys.ts'
import type { WitnessingOptions } from './witnessing.ts'

/** What the configuration of a party that keeps a database and a log says. */
export type GroundConfig = PartyConfig &
  TlsReferences & {
    readonly keys: KeyFileReference
    readonly database: DatabaseReference
    readonly state: string
    readonly sm2?: boolean
    readonly witnessKey?: WitnessAlgorithm
  }

export interface GroundOptions {
  readonly config: GroundConfig
  /** The folder of the configuration file: its paths are relative to it. */
  readonly folder: string
  readonly name: string
  readonly release: string
  readonly migrations: readonly MigrationSet[]
  readonly clock: Clock
}

/** A party's keys, database, log and end of the protocol, opened together and closed together. */
export interface Ground<DB> extends AsyncDisposable {
  readonly keys: KeyProvider
  readonly db: Kysely<DB>
  readonly evidence: Evidence
  /** What the party witnesses the gateway's log with. */
  readonly witness: Omit<WitnessingOptions, 'log' | 'everyMs'>
  readonly party: Party
  readonly random: Random
  readonly now: () => number
}

/** A fresh key of a party is valid for a year; rotate well before. */
export const KEY_LIFETIME_MS = 365 * 86_400_000

/** The ground on which the release authority and every connector stand. */
export async function openGround<DB>(options: GroundOptions): Promise<Ground<DB>> {
  await using owned = new AsyncDisposableStack()
  const { config, folder, clock } = options
  const { did, spaceId } = config
  const now = () => clock.now()
  const random = systemRandom
  using wrappingKey = await readSecret(config.keys.wrappingKey, folder)
  const keyFile = path.resolve(folder, config.keys.file)
  const policy = { did, now, random, lifetimeMs: KEY_LIFETIME_MS }
  const keys = await openKeyFile({ ...policy, path: keyFile, wrappingKey })
  const db = await openDatabase<DB>(options)
  owned.defer(() => db.destroy())
  const state = path.resolve(folder, config.state)
  const root = { did, spaceId, wrappingKey }
  const evidence = await openPartyLog({ ...root, db, state, clock, sm2: config.sm2 })
  owned.use(evidence)
  await announceKeys({ db, evidence, spaceId, keys })
  const cosigner = partyCosigner(root, config.witnessKey)
  const party = openParty({
    config,
    release: options.release,
    verify: verifyJws,
    sign: (typ, claims) => keys.signer().sign(typ, claims),
    clock,
    random,
    oldest: openWatermark(db, spaceId, 'directory'),
    http: openHttpClient,
    tls: await readPartyTls(config, folder),
  })
  owned.use(party)
  const witness = {
    ...{ did, spaceId, evidence, cosigner, clock, database: logDatabase(db) },
    ...{ directory: party.directory, calls: party.calls, gateway: config.gateway.did },
  }
  const ground = owned.move()
  const close = () => ground[Symbol.asyncDispose]()
  return { keys, db, evidence, witness, party, random, now, [Symbol.asyncDispose]: close }
}

async function openDatabase<DB>({ config, folder, name, migrations }: GroundOptions) {
  using url = await readSecret(config.database.url, folder)
  return openStore<DB>({
    url: secretText(url),
    party: name,
    migrations: [...migrations, EVIDENCE_MIGRATIONS, WATERMARK_MIGRATIONS, KNOWN_KEY_MIGRATIONS],
  })
}
