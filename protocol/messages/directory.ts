import Type, { type Static } from 'typebox'
import { Bytes, Did, Instant, Name, Strict, Title, Urn } from './primitives.ts'
import { Product } from './product.ts'

/** What a participant does in a space; one body may hold several roles under several DIDs. */
export const Role = Type.Union([
  Type.Literal('consumer'),
  Type.Literal('gateway'),
  Type.Literal('holder'),
  Type.Literal('release'),
  Type.Literal('authority'),
  Type.Literal('auditor'),
])

/** A public key with its purpose and the time in which its signatures and seals count. */
export const ListedKey = Strict({
  purpose: Type.Union([Type.Literal('sign'), Type.Literal('seal')]),
  kid: Bytes(32),
  jwk: Strict({
    kty: Type.Literal('OKP'),
    crv: Type.Union([Type.Literal('Ed25519'), Type.Literal('X25519')]),
    x: Bytes(32),
  }),
  notBefore: Instant,
  notAfter: Instant,
})

const VerifierKey = Type.String({
  // An ML-DSA-44 key has 1,312 bytes.
  maxLength: 2500,
  pattern: '^[^\\s+]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+$',
})

/** One body of the space (参与主体) as the authority vouches for it. */
export const Participant = Strict({
  did: Did,
  name: Title,
  roles: Type.Array(Role, { minItems: 1, uniqueItems: true }),
  state: Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('closed')]),
  kind: Name,
  identityLevel: Type.Integer({ minimum: 1, maximum: 4 }),
  region: Name,
  consumerGroup: Type.Optional(Name),
  /** The verifier key of its evidence log (C2SP signed-note: name, key id, public key). */
  log: Type.Optional(VerifierKey),
  /** The key by which it cosigns others' logs (C2SP tlog-cosignature), in the same form. */
  witness: Type.Optional(VerifierKey),
  /** The key of the SM2 line that its checkpoints carry besides (signed-note type 0xff). */
  sm2: Type.Optional(VerifierKey),
  keys: Type.Array(ListedKey, { maxItems: 32 }),
})

/**
 * The space as the authority signs it (typ `baotu-directory+jws`): who takes part, with which
 * keys, and every product with its fixed rosters. `serial` only grows; a party never goes back.
 */
export const DirectoryDocument = Strict({
  type: Type.Literal('baotu/directory@1'),
  spaceId: Urn,
  serial: Type.Integer({ minimum: 1 }),
  authority: Did,
  issuedAt: Instant,
  validUntil: Instant,
  participants: Type.Array(Participant, { maxItems: 5000 }),
  products: Type.Array(Product, { maxItems: 5000 }),
})

export type Role = Static<typeof Role>
export type ListedKey = Static<typeof ListedKey>
export type Participant = Static<typeof Participant>
export type DirectoryDocument = Static<typeof DirectoryDocument>
