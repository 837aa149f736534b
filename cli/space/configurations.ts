import type { JsonValue } from '#crypto/json-value'
import type { PublicKeyRecord } from '#crypto/sign/key-provider'
import type { Space } from './load-space.ts'
import { logKeeping, logTerms } from './log-keeping.ts'
import { KEY_FILE, type PartyKeys, WRAPPING_KEY_FILE } from './party-keys.ts'
import { bodiesOf, LOGGING, policiesOf } from './party-plan.ts'

/** The file, below a party's folder, that holds the URL of its database with the password. */
export const DATABASE_URL_FILE = 'database-url'

/** What a split has drawn or been given: keys by DID and ports on the loopback address. */
export interface Drawn {
  readonly keys: (did: string) => PartyKeys
  readonly authorityPort: number
  readonly gatewayPorts: readonly number[]
  /** The mapping of a source: the operator's own file, or the copy beside prepared data. */
  readonly mapping: (holder: string, product: string, part: string) => string
}

/** One party's configuration: whose folder it lies in and what it says. Paths may be relative. */
export interface Configuration {
  readonly did: string
  readonly file: string
  readonly value: { readonly [key: string]: JsonValue }
}

/**
 * One configuration per process, as each party's own schema demands it. Pure: nothing is read or
 * written. No secret stands in it, only the names of the files that hold them.
 */
export function configurationsOf(space: Space, drawn: Drawn): Configuration[] {
  const { authority, gateway, release, holders, consumers, auditor } = space.file
  return [
    one(authority.did, authorityConfig(space, drawn)),
    ...drawn.gatewayPorts.map((port, replica) =>
      one(gateway.did, gatewayConfig(space, drawn, { port, replica }), replicaFile(replica)),
    ),
    one(release.did, releaseConfig(space, drawn)),
    ...holders.map(({ did }) => one(did, holderConfig(space, drawn, did))),
    ...[auditor, ...consumers].map(({ did }) => one(did, consumerConfig(space, drawn, did))),
  ]
}

/** The configuration file of the gateway's replica of that index, from 0. */
export function replicaFile(replica: number): string {
  return replica === 0 ? 'config.json' : `config-${replica + 1}.json`
}

function one(did: string, value: Configuration['value'], file = 'config.json'): Configuration {
  return { did, file, value }
}

function authorityConfig(space: Space, drawn: Drawn): Configuration['value'] {
  const { did } = space.file.authority
  return {
    party: 'authority',
    spaceId: space.file.space,
    did,
    listen: loopback(drawn.authorityPort),
    keys: keyFile(),
    state: 'state',
    validityHours: 24,
    participants: participantsOf(space, drawn),
    products: space.products.map(({ path }) => path),
  }
}

function gatewayConfig(
  space: Space,
  drawn: Drawn,
  { port, replica }: { readonly port: number; readonly replica: number },
): Configuration['value'] {
  const { gateway, release, auditor, policies } = space.file
  return {
    party: 'gateway',
    ...basics(space, drawn, gateway.did),
    listen: loopback(port),
    database: database(),
    // What each replica remembers outside of the database that all share.
    state: `state${replica === 0 ? '' : `-${replica + 1}`}`,
    // The replicas have one log: one of them is enough to publish and to anchor it.
    ...(replica === 0 ? logKeeping(space, gateway.did) : logTerms(space.file)),
    policies: policies.map(space.resolve),
    release: release.did,
    auditor: auditor.did,
  }
}

function releaseConfig(space: Space, drawn: Drawn): Configuration['value'] {
  const { release, auditor } = space.file
  return {
    party: 'release',
    ...basics(space, drawn, release.did),
    gateway: gatewayAccess(space, drawn),
    auditor: auditor.did,
    database: database(),
    state: 'state',
    ...logKeeping(space, release.did),
  }
}

function holderConfig(space: Space, drawn: Drawn, did: string): Configuration['value'] {
  const holder = space.file.holders.find((candidate) => candidate.did === did)
  if (holder === undefined) throw new TypeError(`${did} is no holder of the space`)
  return {
    party: 'connector',
    ...basics(space, drawn, did),
    gateway: gatewayAccess(space, drawn),
    release: space.file.release.did,
    database: database(),
    state: 'state',
    ...logKeeping(space, did),
    policies: policiesOf(space, holder),
    sources: holder.sources.map(({ product, part }) => {
      return { product, part, mapping: drawn.mapping(did, product, part) }
    }),
  }
}

function consumerConfig(space: Space, drawn: Drawn, did: string): Configuration['value'] {
  return {
    party: did === space.file.auditor.did ? 'auditor' : 'consumer',
    ...basics(space, drawn, did),
    gateway: gatewayAccess(space, drawn),
    release: space.file.release.did,
    state: 'state',
  }
}

function basics(space: Space, drawn: Drawn, did: string): Configuration['value'] {
  return { did, spaceId: space.file.space, keys: keyFile(), authority: anchor(space, drawn) }
}

function anchor({ file: { authority } }: Space, drawn: Drawn): JsonValue {
  const keys = drawn.keys(authority.did).ring.publicKeys()
  return {
    url: `http://127.0.0.1:${drawn.authorityPort}`,
    did: authority.did,
    keys: keys
      .filter(({ purpose }) => purpose === 'sign')
      .slice(-4)
      .map(({ kid, jwk }) => ({ kid, jwk })),
  }
}

function gatewayAccess({ file: { gateway } }: Space, drawn: Drawn): JsonValue {
  const urls = drawn.gatewayPorts.map((port) => `http://127.0.0.1:${port}`)
  return { did: gateway.did, urls }
}

function participantsOf(space: Space, drawn: Drawn): JsonValue[] {
  return bodiesOf(space).map(({ role, consumerGroup, ...body }) => {
    const { ring, log, witness, sm2 } = drawn.keys(body.did)
    return {
      ...body,
      roles: [role],
      state: 'active',
      ...(consumerGroup === undefined ? {} : { consumerGroup }),
      ...(LOGGING.includes(role) ? { log, witness, ...(space.file.sm2 && { sm2 }) } : {}),
      keys: ring.publicKeys().map(listedKey),
    }
  })
}

function listedKey({ purpose, kid, jwk, notBefore, notAfter }: PublicKeyRecord): JsonValue {
  return { purpose, kid, jwk, notBefore: instant(notBefore), notAfter: instant(notAfter) }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

function loopback(port: number): JsonValue {
  return { host: '127.0.0.1', port }
}

function keyFile(): JsonValue {
  return { file: KEY_FILE, wrappingKey: { file: WRAPPING_KEY_FILE } }
}

function database(): JsonValue {
  return { url: { file: DATABASE_URL_FILE } }
}
