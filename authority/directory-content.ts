import { type Digest, digestOf } from '#crypto/digest'
import type { PublicKeyRecord } from '#crypto/sign/key-provider'
import type { DirectoryDocument, ListedKey, Participant } from '#protocol/messages/directory'
import type { Product } from '#protocol/messages/product'
import { AuthorityError } from './authority-error.ts'
import { checkProduct } from './check-product.ts'

/** What the authority vouches for, apart from when and how often it said so. */
export type DirectoryContent = Pick<
  DirectoryDocument,
  'spaceId' | 'authority' | 'participants' | 'products'
>

/** What a directory is made of. */
export interface ContentParts {
  readonly spaceId: string
  readonly authority: string
  readonly participants: readonly Participant[]
  readonly products: readonly Product[]
  /** The authority's own published keys. */
  readonly ownKeys: readonly PublicKeyRecord[]
}

/**
 * Checks everything that is to be signed and puts it in byte order of DIDs and URNs. Throws
 * `AuthorityError`: what is signed here is believed everywhere, so nothing is mended silently.
 */
export function directoryContent(parts: ContentParts): DirectoryContent {
  const { spaceId, authority, products } = parts
  const participants = parts.participants.map((participant) =>
    participant.did === authority ? withOwnKeys(participant, parts.ownKeys) : participant,
  )
  refuseTwice(participants.map(({ did }) => did))
  const own = participants.find(({ did }) => did === authority)
  if (!own?.roles.includes('authority') || own.state !== 'active') {
    const text = `${authority} is not listed as an active authority`
    throw new AuthorityError('PARTICIPANT_MISSING', text)
  }
  const names = products.map(({ product }) => product)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new AuthorityError('PRODUCT_DUPLICATE', `${twice} is described twice`)
  }
  for (const product of products) checkProduct(product, participants)
  return {
    spaceId,
    authority,
    participants: participants.sort((a, b) => (a.did < b.did ? -1 : 1)),
    products: [...products].sort((a, b) => (a.product < b.product ? -1 : 1)),
  }
}

/** Equal for equal content, whenever it was signed. */
export function contentDigest(content: DirectoryContent): Digest {
  return digestOf('baotu/directory-content', content)
}

function withOwnKeys(own: Participant, records: readonly PublicKeyRecord[]): Participant {
  const keys = records.map(listed)
  const kids = new Set(keys.map(({ kid }) => kid))
  if (own.keys.some(({ kid }) => !kids.has(kid))) {
    const text = `${own.did}: a key is listed that its key file does not hold`
    throw new AuthorityError('AUTHORITY_KEYS_DIFFER', text)
  }
  return { ...own, keys }
}

function listed({ kid, purpose, jwk, notBefore, notAfter }: PublicKeyRecord): ListedKey {
  return {
    purpose,
    kid,
    jwk,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
  }
}

function refuseTwice(dids: readonly string[]): void {
  const twice = dids.find((did, index) => dids.indexOf(did) !== index)
  if (twice === undefined) return
  throw new AuthorityError('PARTICIPANT_DUPLICATE', `${twice} is listed twice`)
}
