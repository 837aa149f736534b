import Type, { type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
// As a log's entry takes it: no long number, which would be an identifier or an amount.
const Code = Type.String({ pattern: '^(?!.*[0-9]{8})[A-Z][A-Z0-9_]{0,39}$' })
const Url = Type.String({ pattern: '^https?://[^\\s/]+(/[^\\s]*)?$', maxLength: 1000 })

function closed<const P extends Parameters<typeof Type.Object>[0]>(properties: P) {
  return Type.Object(properties, { additionalProperties: false })
}

/** Where a secret is: a file that only its owner may read, or an environment variable. No default. */
export const SecretReference = Type.Union([
  closed({ file: Path }),
  closed({ env: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,99}$' }) }),
])

/** The certificates that a party calls with: TLS 1.3, its own and whose it accepts. PEM files. */
export const ClientTls = closed({ cert: Path, key: Path, ca: Path })

/** Whom a party pins: the authority that signs the directory of its space, and where it answers. */
export const AuthorityAnchor = closed({
  url: Url,
  did: Type.String({ minLength: 1, maxLength: 400 }),
  keys: Type.Array(
    closed({
      kid: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
      jwk: closed({
        kty: Type.Literal('OKP'),
        crv: Type.Literal('Ed25519'),
        x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
      }),
    }),
    { minItems: 1, maxItems: 4 },
  ),
  tls: Type.Optional(ClientTls),
})

/** A party's own key file and the secret that wraps it. */
export const KeyFileReference = closed({ file: Path, wrappingKey: SecretReference })

/** A PostgreSQL database; the URL holds a password, so the whole URL is the secret. */
export const DatabaseReference = closed({ url: SecretReference })

/** Where a party listens. TLS 1.3 with client certificates when `tls` is there. */
export const ListenAddress = closed({
  host: Type.String({ minLength: 1, maxLength: 255 }),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  tls: Type.Optional(closed({ cert: Path, key: Path, clientCa: Path })),
})

/** The replicas of the gateway that a party may call, and the certificates it calls with. */
export const GatewayAccess = closed({
  urls: Type.Array(Url, { minItems: 1, maxItems: 16 }),
  tls: Type.Optional(ClientTls),
})

const Seconds = Type.Integer({ minimum: 1, maximum: 86_400 })

/** A folder that a party keeps its log in as static tiles; every 60 s unless said. */
export const PublishedFolder = closed({ folder: Path, everySeconds: Type.Optional(Seconds) })

/**
 * Where a party anchors its log: a file that someone else carries away, or a chain's HTTP service.
 * `chain` is the code by which the log names it. Every 3600 s unless said.
 */
export const AnchorReference = Type.Union([
  closed({ chain: Code, file: Path, everySeconds: Type.Optional(Seconds) }),
  closed({
    chain: Code,
    http: Url,
    tls: Type.Optional(ClientTls),
    everySeconds: Type.Optional(Seconds),
  }),
])

/** What a party that keeps a log may be told to do with it besides. */
export const LogKeeping = {
  publish: Type.Optional({
    ...PublishedFolder,
    description: 'Keeps the log up to date in this folder as static tiles (C2SP tlog-tiles).',
  }),
  anchor: Type.Optional({
    ...AnchorReference,
    description: 'Anchors the digest of the newest checkpoint in a file or a chain outside.',
  }),
  disclosableDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 36_525,
      description:
        'Days for which what the log holds digests of can be disclosed; then it is erased. 1826 unless said.',
    }),
  ),
  sm2: Type.Optional(
    Type.Boolean({
      description:
        'True: every checkpoint also carries an SM2 line (国密), beside its Ed25519 line.',
    }),
  ),
  witnessKey: Type.Optional(
    Type.Union([Type.Literal('ed25519'), Type.Literal('ml-dsa-44')], {
      description: 'By which a party cosigns others’ logs; ed25519 unless said.',
    }),
  ),
} as const

/** What every party's configuration file begins with. Paths are relative to that file. */
export const PartyBasics = {
  did: Type.String({ minLength: 1, maxLength: 400 }),
  spaceId: Type.String({ minLength: 1, maxLength: 240 }),
  keys: KeyFileReference,
  authority: AuthorityAnchor,
} as const

export type SecretReference = Static<typeof SecretReference>
export type ClientTls = Static<typeof ClientTls>
export type AuthorityAnchor = Static<typeof AuthorityAnchor>
export type KeyFileReference = Static<typeof KeyFileReference>
export type DatabaseReference = Static<typeof DatabaseReference>
/** By what a party cosigns; ML-DSA-44 (FIPS 204) withstands a quantum computer. */
export type WitnessAlgorithm = NonNullable<Static<(typeof LogKeeping)['witnessKey']>>
export type PublishedFolder = Static<typeof PublishedFolder>
export type AnchorReference = Static<typeof AnchorReference>
export type ListenAddress = Static<typeof ListenAddress>
export type GatewayAccess = Static<typeof GatewayAccess>
