import Type, { type Static } from 'typebox'
import { Participant } from '#protocol/messages/directory'
import { Did, Strict, Urn } from '#protocol/messages/primitives'
import { KeyFileReference, ListenAddress } from '#runtime/party-config'

const Path = Type.String({ minLength: 1, maxLength: 4096 })

/**
 * The authority's configuration file. Paths are relative to that file. Its own keys come from its
 * key file; the entry of its own DID lists none or exactly those.
 */
export const AuthorityConfig = Strict({
  party: Type.Literal('authority'),
  spaceId: Urn,
  did: Did,
  listen: ListenAddress,
  keys: KeyFileReference,
  /** The folder that keeps the serial of the directory. */
  state: Path,
  /** How long one signed directory counts; it is signed anew when half of that has passed. */
  validityHours: Type.Integer({ minimum: 1, maximum: 720 }),
  participants: Type.Array(Participant, { minItems: 1, maxItems: 5000 }),
  /** One product per file. */
  products: Type.Array(Path, { maxItems: 5000 }),
})

export type AuthorityConfig = Static<typeof AuthorityConfig>
