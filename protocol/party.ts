import { type AccessTokenSource, createAccessTokens } from './access-token.ts'
import type { Anchor } from './directory.ts'
import {
  createDirectorySource,
  type DirectorySource,
  type DirectorySourceOptions,
} from './directory-source.ts'
import { createGatewayCalls, type Sender } from './gateway-calls.ts'
import {
  createGatewayLink,
  type GatewayCalls,
  type GatewayLink,
  MAX_BLOB_BYTES,
} from './gateway-link.ts'
import type { Desk } from './session-papers.ts'
import type { PublicJwk, VerifyJws } from './signed.ts'

/** Whom a party pins in its own configuration, and where they are reached. */
export interface PartyConfig {
  readonly did: string
  readonly spaceId: string
  readonly authority: {
    readonly url: string
    readonly did: string
    readonly keys: readonly { readonly kid: string; readonly jwk: PublicJwk }[]
  }
  readonly gateway: { readonly did: string; readonly urls: readonly string[] }
}

/** PEM texts for TLS 1.3 with client certificates; see runtime's HTTP client. */
export interface TlsTexts {
  readonly authorities?: string
  readonly key?: string
  readonly cert?: string
}

/** What every party but the gateway is made of; I/O, clock and keys are handed in. */
export interface PartyParts {
  readonly config: PartyConfig
  /** The release authority that this party lets open sums: its own choice, never the plan's. */
  readonly release: string
  readonly verify: VerifyJws
  readonly sign: AccessTokenSource['sign']
  readonly clock: { readonly now: () => number }
  readonly random: (bytes: number) => Uint8Array
  /** The party's durable record of the directory serial that it accepted last. */
  readonly oldest: DirectorySourceOptions['oldest']
  /** Towards the authority and towards the gateway. */
  readonly tls?: { readonly authority?: TlsTexts; readonly gateway?: TlsTexts }
  /** Opens a client of one address; runtime's `openHttpClient` fits. */
  readonly http: (options: {
    readonly baseUrl: string
    readonly random: (bytes: number) => Uint8Array
    readonly maxResponseBytes: number
    readonly bearer?: () => Promise<string>
    readonly tls?: TlsTexts
  }) => Sender & AsyncDisposable
}

/** A party that is ready to take part. */
export interface Party extends AsyncDisposable {
  readonly directory: DirectorySource
  readonly calls: GatewayCalls
  readonly link: GatewayLink
  /** What the party checks documents with at this instant. */
  readonly desk: () => Promise<Desk>
}

/** Assembles a party's end of the protocol. Nothing is fetched before it is needed. */
export function openParty(parts: PartyParts): Party {
  const { config, verify, clock, random, oldest, tls = {} } = parts
  const { did, spaceId, gateway } = config
  const common = { random, maxResponseBytes: MAX_BLOB_BYTES }
  const towards = (texts: TlsTexts | undefined) => ({ ...common, ...(texts && { tls: texts }) })
  const authority = parts.http({ ...towards(tls.authority), baseUrl: config.authority.url })
  const bearer = createAccessTokens({ ...parts, did, audience: gateway.did })
  const replicas = gateway.urls.map((baseUrl) =>
    parts.http({ ...towards(tls.gateway), baseUrl, bearer }),
  )
  const fetch = async () => {
    const { bytes } = await authority.send({ method: 'GET', path: '/directory' })
    return Buffer.from(bytes).toString('utf8')
  }
  const anchor: Anchor = { spaceId, authority: config.authority.did, keys: config.authority.keys }
  const directory = createDirectorySource({ fetch, verify, anchor, clock, oldest })
  const calls = createGatewayCalls(replicas, random(1)[0])
  const counterparts = { spaceId, gateway: gateway.did, release: parts.release }
  return {
    directory,
    calls,
    link: createGatewayLink(calls),
    desk: async () => {
      return { verify, directory: await directory.current(), counterparts, now: clock.now() }
    },
    async [Symbol.asyncDispose]() {
      for (const client of [authority, ...replicas]) await client[Symbol.asyncDispose]()
    },
  }
}
