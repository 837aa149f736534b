import Type, { type Static } from 'typebox'
import { Did, Name, Strict, Urn } from '#protocol/messages/primitives'
import { DatabaseReference, GatewayAccess, LogKeeping, PartyBasics } from '#runtime/party-config'

const Path = Type.String({ minLength: 1, maxLength: 4096 })

/** A connector's configuration file. Paths are relative to that file. */
export const ConnectorConfig = Strict({
  party: Type.Literal('connector'),
  ...PartyBasics,
  ...LogKeeping,
  did: Did,
  spaceId: Urn,
  gateway: Strict({ did: Did, ...GatewayAccess.properties }),
  /** The release authority that this holder lets open its sums: its own choice, not the plan's. */
  release: Did,
  /** The holder's own ledger and log. */
  database: DatabaseReference,
  /** Guards the log against a database restored from backup; outside the database. */
  state: Path,
  /** The holder's own policies, one per file: what it judges by, whatever anybody shows it. */
  policies: Type.Array(Path, { minItems: 1, maxItems: 10_000 }),
  /** Which part of which product comes from where; a mapping per part (connectors/mapping). */
  sources: Type.Array(Strict({ product: Urn, part: Name, mapping: Path }), {
    minItems: 1,
    maxItems: 256,
  }),
  /** Longest run of one aggregation, in seconds; default 120. */
  querySeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600 })),
  /** How long after one round of witnessing the next begins, in seconds; default 60. */
  witnessSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
})

export type ConnectorConfig = Static<typeof ConnectorConfig>
