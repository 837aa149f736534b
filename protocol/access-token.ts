import Type, { type Static } from 'typebox'
import type { Directory } from './directory.ts'
import { ProtocolError } from './errors.ts'
import type { Role } from './messages/directory.ts'
import { Bytes, Did, Instant, Strict } from './messages/primitives.ts'
import { openSigned, type VerifyJws } from './signed.ts'

/** No access token lives longer. */
export const ACCESS_TOKEN_MS = 300_000

/** How far the clocks of two parties may stand apart. */
export const CLOCK_SKEW_MS = 30_000

/**
 * What a caller signs to be let in (typ `baotu-access+jws`): who it is, at whose door, for how
 * long. It is carried as `Authorization: Bearer <compact JWS>`.
 */
export const AccessClaims = Strict({
  type: Type.Literal('baotu/access@1'),
  issuer: Did,
  audience: Did,
  issuedAt: Instant,
  expiresAt: Instant,
  /** Makes every token another one. */
  id: Bytes(16),
})

export type AccessClaims = Static<typeof AccessClaims>

export const ACCESS_KIND = { typ: 'baotu-access+jws', schema: AccessClaims } as const

/** Who stands at the door, as the directory vouches for it at this instant. */
export interface Principal {
  readonly did: string
  readonly roles: readonly Role[]
}

/** What a caller makes its tokens with: crypto/sign's signer and the injected clock and bytes. */
export interface AccessTokenSource {
  readonly did: string
  readonly audience: string
  readonly sign: (typ: string, claims: AccessClaims) => Promise<string>
  readonly clock: { readonly now: () => number }
  readonly random: (bytes: number) => Uint8Array
}

/** A supplier of bearer tokens: one token is used for four of its five minutes. */
export function createAccessTokens(source: AccessTokenSource): () => Promise<string> {
  let token: Promise<string> | undefined
  let renewAt = 0
  return async () => {
    const now = source.clock.now()
    if (token === undefined || now >= renewAt || now < renewAt - ACCESS_TOKEN_MS) {
      token = source.sign(ACCESS_KIND.typ, accessClaims(source, now))
      renewAt = now + (ACCESS_TOKEN_MS / 5) * 4
      token.catch(() => {
        token = undefined
      })
    }
    return token
  }
}

function accessClaims({ did, audience, random }: AccessTokenSource, now: number): AccessClaims {
  return {
    type: 'baotu/access@1',
    issuer: did,
    audience,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + ACCESS_TOKEN_MS).toISOString(),
    id: Buffer.from(random(16)).toString('base64url'),
  }
}

/** What a door knows when it judges a token. `now` in ms since the epoch. */
export interface Door {
  readonly verify: VerifyJws
  readonly directory: Directory
  readonly audience: string
  readonly now: number
}

/** An accepted token: whose it is, the key that signed it, and until when it counts. */
export interface OpenedToken {
  readonly did: string
  readonly kid: string
  readonly expiresAt: number
}

/**
 * Opens an access token: signed by a key that the directory lists for its issuer now, for this
 * door, not expired, not from the future, and made for five minutes at most. Throws
 * `ProtocolError`; a door tells the caller none of the reasons.
 */
export async function openAccessToken(door: Door, jws: string): Promise<OpenedToken> {
  const claimed = claimedIssuer(jws)
  const { verify, directory, now } = door
  let kid = ''
  const noting: VerifyJws = async (text, expected) => {
    const verified = await verify(text, expected)
    kid = verified.kid
    return verified
  }
  const key = (id: string) => signingKey(directory, claimed, id, now)
  const claims = await openSigned(noting, ACCESS_KIND, jws, key)
  checkClaims(claims, claimed, door)
  return { did: claims.issuer, kid, expiresAt: Date.parse(claims.expiresAt) }
}

/** The principal that a signing key speaks for at `at`; undefined when the directory says none. */
export function principalOf(
  directory: Directory,
  did: string,
  kid: string,
  at: number,
): Principal | undefined {
  const roles = rolesOf(directory, did)
  return roles.length > 0 && signingKey(directory, did, kid, at) ? { did, roles } : undefined
}

function checkClaims(claims: AccessClaims, claimed: string, { audience, now }: Door): void {
  const issuedAt = Date.parse(claims.issuedAt)
  const expiresAt = Date.parse(claims.expiresAt)
  const isTimely =
    issuedAt <= now + CLOCK_SKEW_MS && now < expiresAt && expiresAt - issuedAt <= ACCESS_TOKEN_MS
  if (claims.issuer !== claimed || claims.audience !== audience || !isTimely) {
    throw new ProtocolError('SIGNATURE_REFUSED', 'the access token is not for here and now')
  }
}

const ROLES: readonly Role[] = ['consumer', 'gateway', 'holder', 'release', 'authority', 'auditor']

function rolesOf(directory: Directory, did: string): Role[] {
  return ROLES.filter((role) => {
    try {
      return directory.participant(did, role).state === 'active'
    } catch {
      return false
    }
  })
}

function signingKey(directory: Directory, did: string, kid: string, at: number) {
  const [role] = rolesOf(directory, did)
  return role === undefined ? undefined : directory.keys(did, role, 'sign', at)(kid)
}

// Only tells whose key to look for; nothing is believed before the signature is verified.
function claimedIssuer(jws: string): string {
  try {
    const payload = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { issuer } = JSON.parse(payload)
    return typeof issuer === 'string' ? issuer : ''
  } catch (cause) {
    throw new ProtocolError('MESSAGE_MALFORMED', 'the token is not a JWS of JSON', '', cause)
  }
}
