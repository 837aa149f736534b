import Type, { type Static } from 'typebox'
import { Did, Strict, Urn } from '#protocol/messages/primitives'
import { DatabaseReference, ListenAddress, LogKeeping, PartyBasics } from '#runtime/party-config'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Seconds = Type.Integer({ minimum: 1, maximum: 86_400 })

/** The gateway's configuration file, one for each replica. Paths are relative to that file. */
export const GatewayConfig = Strict({
  party: Type.Literal('gateway'),
  ...PartyBasics,
  ...LogKeeping,
  did: Did,
  spaceId: Urn,
  listen: ListenAddress,
  /** Shared by all replicas. */
  database: DatabaseReference,
  /** Guards the log against a database restored from backup; a folder of its own each replica. */
  state: Path,
  /** The policies it judges by: files, or a folder of which every `.json` file is one. */
  policies: Type.Union([Path, Type.Array(Path, { minItems: 1, maxItems: 10_000 })]),
  release: Did,
  auditor: Did,
  limits: Type.Optional(
    Strict({
      /** Calls a second and at once, of each participant at this replica; default 100 and 500. */
      callsPerSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
      callsAtOnce: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
      /** The largest JSON body; default 4 MiB. */
      bodyBytes: Type.Optional(Type.Integer({ minimum: 65_536, maximum: 64 * 1024 * 1024 })),
      /** The largest blob; default 64 MiB. Sealed audit copies are the largest. */
      blobBytes: Type.Optional(Type.Integer({ minimum: 131_072, maximum: 256 * 1024 * 1024 })),
      /** How often one request may be tried; default 10. */
      attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    }),
  ),
  /** How long each stage may take before the attempt is given up; see timing.ts for defaults. */
  seconds: Type.Optional(
    Strict({
      opening: Type.Optional(Seconds),
      advertising: Type.Optional(Seconds),
      confirming: Type.Optional(Seconds),
      computing: Type.Optional(Seconds),
      releasing: Type.Optional(Seconds),
      voiding: Type.Optional(Seconds),
      lease: Type.Optional(Seconds),
      retention: Type.Optional(Type.Integer({ minimum: 60, maximum: 31_536_000 })),
    }),
  ),
})

export type GatewayConfig = Static<typeof GatewayConfig>
