import type { RouteOptions } from 'fastify'
import { openObjects } from './closed-schema.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Why this route may carry members that nobody declared, for example JSON-LD of others. */
    openSchema?: string
    /** The body is bytes (`application/octet-stream`), not JSON; the handler validates it. */
    isBinary?: boolean
  }
}

export type RouteGateErrorCode = 'ROUTE_UNDECLARED'

/** A route that could let something in or out which nobody declared. The server does not start. */
export class RouteGateError extends Error {
  override readonly name = 'RouteGateError'
  readonly code: RouteGateErrorCode = 'ROUTE_UNDECLARED'

  constructor(route: RouteOptions, fault: string) {
    super(`${route.method} ${route.url}: ${fault}`)
  }
}

/**
 * The response schema is the allow-list of what may leave and the request schema of what may come
 * in, so a route needs both before it exists: at least one success status by number, `default` for
 * the problem document, a schema for the body it takes, and no object with undeclared members.
 *
 * @throws RouteGateError
 */
export function refuseUndeclared(route: RouteOptions): void {
  const fault = responseFault(route) ?? bodyFault(route) ?? openFault(route)
  if (fault) throw new RouteGateError(route, fault)
}

/** Whether a route declared what it sends with a status; every refusal is declared by `default`. */
export function isDeclared(responses: unknown, status: number): boolean {
  return status >= 400 || Object.hasOwn(Object(responses), String(status))
}

function responseFault({ schema }: RouteOptions): string | undefined {
  const responses = schema?.response
  const statuses = Object.keys(Object(responses ?? {}))
  if (!statuses.includes('default'))
    return 'no response schema for `default` (the problem document)'
  if (!statuses.some((status) => /^[23]\d\d$/.test(status))) return 'no schema for a success status'
  if (statuses.some((status) => /^[123]xx$/i.test(status))) return 'success statuses go by number'
  return undefined
}

function bodyFault({ schema, method, config }: RouteOptions): string | undefined {
  const takesBody = [method].flat().some((name) => ['POST', 'PUT', 'PATCH'].includes(name))
  if (takesBody && !schema?.body && !config?.isBinary) return 'no schema for the body'
  if (schema?.body && 'content' in Object(schema.body))
    return 'one body schema for one content type'
  return undefined
}

function openFault({ schema, config }: RouteOptions): string | undefined {
  if (config?.openSchema) return undefined
  const { body, querystring, params, response } = schema ?? {}
  for (const [part, tree] of Object.entries({ body, querystring, params, ...Object(response) })) {
    const open = openObjects(tree)
    if (open.length > 0) return `${part} accepts undeclared members at ${open.join(' ') || 'root'}`
  }
  return undefined
}
