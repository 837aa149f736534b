import { type AccessTokenSource, createAccessTokens } from './access-token.ts'
import type { Anchor } from './directory.ts'
import { createDirectorySource, type DirectorySource } from './directory-source.ts'
import { createGatewayCalls, type Sender } from './gateway-calls.ts'
import { createGatewayLink, type GatewayCalls, type GatewayLink } from './gateway-link.ts'
import type { Counterparts, Desk } from './session-papers.ts'
import type { VerifyJws } from './signed.ts'

/** What every party but the gateway is made of; I/O, clock and keys are handed in. */
export interface PartyParts {
  readonly did: string
  readonly anchor: Anchor
  readonly counterparts: Counterparts
  readonly verify: VerifyJws
  readonly clock: { readonly now: () => number }
  readonly random: (bytes: number) => Uint8Array
  readonly sign: AccessTokenSource['sign']
  /** The authority's signed directory as it is served. */
  readonly fetchDirectory: () => Promise<string>
  /** The party's durable record of the directory serial that it accepted last. */
  readonly oldest: Parameters<typeof createDirectorySource>[0]['oldest']
  /** A client of one gateway replica, given the supplier of bearer tokens. */
  readonly clientsOf: (bearer: () => Promise<string>) => readonly Sender[]
}

/** A party that is ready to take part. */
export interface Party {
  readonly directory: DirectorySource
  readonly calls: GatewayCalls
  readonly link: GatewayLink
  /** What the party checks documents with at this instant. */
  readonly desk: () => Promise<Desk>
}

/** Assembles a party's end of the protocol. Nothing is fetched before it is needed. */
export function openParty(parts: PartyParts): Party {
  const { verify, clock, anchor, oldest, counterparts } = parts
  const fetch = parts.fetchDirectory
  const directory = createDirectorySource({ fetch, verify, anchor, clock, oldest })
  const bearer = createAccessTokens({ ...parts, audience: counterparts.gateway })
  const calls = createGatewayCalls(parts.clientsOf(bearer))
  return {
    directory,
    calls,
    link: createGatewayLink(calls),
    desk: async () => {
      return { verify, directory: await directory.current(), counterparts, now: clock.now() }
    },
  }
}
