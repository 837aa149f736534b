import Type, { type Static } from 'typebox'
import { Did, Strict, Urn } from '#protocol/messages/primitives'
import { GatewayAccess, PartyBasics } from '#runtime/party-config'

/** The configuration of a party that only asks or checks. Paths are relative to the file. */
export const ConsumerConfig = Strict({
  party: Type.Union([Type.Literal('consumer'), Type.Literal('auditor')]),
  ...PartyBasics,
  did: Did,
  spaceId: Urn,
  gateway: Strict({ did: Did, ...GatewayAccess.properties }),
  /** The release authority that may open sums for it: its own choice. */
  release: Did,
  /** Keeps what must be remembered between questions. */
  state: Type.String({ minLength: 1, maxLength: 4096 }),
})

export type ConsumerConfig = Static<typeof ConsumerConfig>
