import Type, { type Static } from 'typebox'
import { Did, Strict, Urn } from '#protocol/messages/primitives'
import { DatabaseReference, GatewayAccess, LogKeeping, PartyBasics } from '#runtime/party-config'

/** The release authority's configuration file. Paths are relative to that file. */
export const ReleaseConfig = Strict({
  party: Type.Literal('release'),
  ...PartyBasics,
  ...LogKeeping,
  did: Did,
  spaceId: Urn,
  gateway: Strict({ did: Did, ...GatewayAccess.properties }),
  /** Whom the copy of everything decrypted is sealed to. */
  auditor: Did,
  database: DatabaseReference,
  /** Guards the log against a database restored from backup; outside the database. */
  state: Type.String({ minLength: 1, maxLength: 4096 }),
  /** How long a session's key pair lives, in seconds; default 600. */
  sessionSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 86_400 })),
  /** How many key pairs are held at once, one worker each; default 16. */
  maxSessions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024 })),
  /** How long after one round of witnessing the next begins, in seconds; default 60. */
  witnessSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
})

export type ReleaseConfig = Static<typeof ReleaseConfig>
