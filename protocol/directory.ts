import { type Digest, digestOf } from '#crypto/digest'
import { ProtocolError } from './errors.ts'
import { KINDS } from './message-kinds.ts'
import type { DirectoryDocument, ListedKey, Participant, Role } from './messages/directory.ts'
import type { Product } from './messages/product.ts'
import { openSigned, type PublicJwk, type VerifyJws } from './signed.ts'

/** What a party pins in its own configuration: who signs the directory of its space. */
export interface Anchor {
  readonly spaceId: string
  readonly authority: string
  /** The authority's signing keys; more than one only while it rotates. */
  readonly keys: readonly { readonly kid: string; readonly jwk: PublicJwk }[]
}

/** The verified directory of a space: the only source of keys, roles and rosters. */
export interface Directory {
  readonly serial: number
  readonly digest: Digest
  readonly validUntil: number
  /** Throws `PARTICIPANT_UNKNOWN` or `PARTICIPANT_INACTIVE`. */
  participant(did: string, role: Role): Participant
  /** The keys that `did` may use for `purpose` at the instant `at`, by kid. */
  keys(did: string, role: Role, purpose: ListedKey['purpose'], at: number): KeyLookup
  /** The participant's newest sealing key at `at`. Throws `KEY_UNKNOWN`. */
  sealingKey(did: string, role: Role, at: number): ListedKey
  /** Throws `PRODUCT_UNKNOWN`. */
  product(urn: string): { readonly product: Product; readonly digest: Digest }
  readonly products: readonly Product[]
  /** Everybody who is active, in any role. */
  readonly active: readonly Participant[]
}

export type KeyLookup = (kid: string) => PublicJwk | undefined

/**
 * Opens a directory for a party that pinned `anchor`. `oldest` is the serial that the party last
 * accepted, from its own store: an authority's older directory, replayed, is refused.
 */
export async function openDirectory(
  verify: VerifyJws,
  jws: string,
  anchor: Anchor,
  { now, oldest }: { readonly now: number; readonly oldest: number },
): Promise<Directory> {
  const pinned: KeyLookup = (kid) => anchor.keys.find((key) => key.kid === kid)?.jwk
  const document = await openSigned(verify, KINDS.directory, jws, pinned)
  if (document.spaceId !== anchor.spaceId || document.authority !== anchor.authority) {
    throw new ProtocolError('DIRECTORY_REFUSED', 'the directory is of another space or authority')
  }
  if (Date.parse(document.issuedAt) > now || Date.parse(document.validUntil) <= now) {
    throw new ProtocolError('DIRECTORY_EXPIRED', `directory ${document.serial} is not valid now`)
  }
  if (document.serial < oldest) {
    const text = `directory ${document.serial} is older than ${oldest}, which was accepted before`
    throw new ProtocolError('DIRECTORY_ROLLED_BACK', text)
  }
  return new SignedDirectory(document)
}

class SignedDirectory implements Directory {
  readonly serial: number
  readonly digest: Digest
  readonly validUntil: number
  readonly products: readonly Product[]
  readonly active: readonly Participant[]
  readonly #participants: ReadonlyMap<string, Participant>

  constructor(document: DirectoryDocument) {
    this.serial = document.serial
    this.digest = digestOf('baotu/directory', document)
    this.validUntil = Date.parse(document.validUntil)
    this.products = document.products
    this.active = document.participants.filter(({ state }) => state === 'active')
    this.#participants = new Map(document.participants.map((entry) => [entry.did, entry]))
  }

  participant(did: string, role: Role): Participant {
    const participant = this.#participants.get(did)
    if (participant === undefined || !participant.roles.includes(role)) {
      throw new ProtocolError('PARTICIPANT_UNKNOWN', `${did} is not listed as ${role}`)
    }
    if (participant.state !== 'active') {
      throw new ProtocolError('PARTICIPANT_INACTIVE', `${did} is ${participant.state}`)
    }
    return participant
  }

  keys(did: string, role: Role, purpose: ListedKey['purpose'], at: number): KeyLookup {
    const listed = this.#validKeys(did, role, purpose, at)
    return (kid) => listed.find((key) => key.kid === kid)?.jwk
  }

  sealingKey(did: string, role: Role, at: number): ListedKey {
    const newest = this.#validKeys(did, role, 'seal', at)
      .sort((a, b) => Date.parse(b.notBefore) - Date.parse(a.notBefore))
      .at(0)
    if (newest === undefined) throw new ProtocolError('KEY_UNKNOWN', `${did} has no sealing key`)
    return newest
  }

  product(urn: string): { readonly product: Product; readonly digest: Digest } {
    const product = this.products.find((candidate) => candidate.product === urn)
    if (product === undefined) {
      throw new ProtocolError('PRODUCT_UNKNOWN', `the directory lists no product ${urn}`)
    }
    return { product, digest: productDigest(product) }
  }

  #validKeys(did: string, role: Role, purpose: ListedKey['purpose'], at: number): ListedKey[] {
    return this.participant(did, role).keys.filter(
      (key) =>
        key.purpose === purpose && Date.parse(key.notBefore) <= at && at < Date.parse(key.notAfter),
    )
  }
}

/** The digest of a product as the transcript names it. */
export function productDigest(product: Product): Digest {
  return digestOf('baotu/product', product)
}
