import type { FastifyRequest } from 'fastify'
import type { Principal } from '#protocol/access-token'
import type { Role } from '#protocol/messages/directory'
import { HttpProblem } from '#runtime/http-problem'
import type { HttpServer } from '#runtime/http-server'
import type { Authenticator } from './authenticator.ts'
import type { RateLimiter } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call this route. A route behind the door that names nobody lets nobody in. */
    roles?: readonly Role[]
  }
}

export interface AdmissionOptions {
  readonly authenticator: Authenticator
  readonly limiter: RateLimiter
}

const principals = new WeakMap<FastifyRequest, Principal>()

/**
 * Closes every route of `app`: a caller is known, within its rate and in one of the roles that the
 * route names before a byte of its body is read.
 */
export function closeDoor(app: HttpServer, { authenticator, limiter }: AdmissionOptions): void {
  app.addHook('onRequest', async (request) => {
    const principal = await authenticator.authenticate(request.headers.authorization)
    limiter.take(principal.did)
    const allowed = request.routeOptions.config.roles ?? []
    if (!principal.roles.some((role) => allowed.includes(role))) throw new HttpProblem('FORBIDDEN')
    principals.set(request, principal)
  })
}

/** Who calls, behind a closed door. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request)
  if (principal === undefined) throw new HttpProblem('UNAUTHENTICATED')
  return principal
}
