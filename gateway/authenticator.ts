import { openAccessToken, type Principal, principalOf } from '#protocol/access-token'
import type { DirectorySource } from '#protocol/directory-source'
import type { VerifyJws } from '#protocol/signed'
import type { Clock } from '#runtime/clock'
import { HttpProblem } from '#runtime/http-problem'
import { TokenCache } from './token-cache.ts'

/** Tells who is calling. */
export interface Authenticator {
  /** Throws one `UNAUTHENTICATED` for whatever is not a good token, and never says why. */
  authenticate(authorization: string | undefined): Promise<Principal>
}

export interface AuthenticatorOptions {
  readonly directory: DirectorySource
  readonly verify: VerifyJws
  readonly audience: string
  readonly clock: Clock
  /** How many verified tokens are remembered; default 10,000. */
  readonly remembered?: number
}

const MAX_TOKEN = 2048

/**
 * Authenticates by access tokens (protocol/access-token). A token is verified once; that its owner
 * is still active and its key still listed is looked up at every call, so that a suspension acts
 * as soon as the directory says it.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const cache = new TokenCache(options.remembered ?? 10_000)
  return {
    authenticate: async (authorization) => {
      const token = bearerToken(authorization)
      const principal = token && (await principalFor(token, cache, options))
      if (!principal) throw new HttpProblem('UNAUTHENTICATED')
      return principal
    },
  }
}

async function principalFor(
  token: string,
  cache: TokenCache,
  { directory: source, verify, audience, clock }: AuthenticatorOptions,
): Promise<Principal | undefined> {
  const directory = await source.current()
  const now = clock.now()
  const known = cache.get(token, now)
  const opened =
    known ??
    (await openAccessToken({ verify, directory, audience, now }, token).catch(() => undefined))
  if (opened === undefined) return undefined
  if (known === undefined) cache.set(token, opened)
  return principalOf(directory, opened.did, opened.kid, now)
}

function bearerToken(authorization: string | undefined): string | undefined {
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(authorization ?? '')?.[1]
  return token !== undefined && token.length <= MAX_TOKEN ? token : undefined
}
