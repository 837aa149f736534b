import { decodeBase64url } from '#crypto/base64url'
import type { SessionPapers } from '#protocol/messages/tasks'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'

/** The papers of an opened session, as every party is shown them. */
export function papersOf(query: Query, attempt: Attempt): SessionPapers {
  const session = attempt.session_jws
  if (session === null) throw new GatewayError('QUERY_STAGE', 'no session is open yet')
  return { request: present(query.jws, 'request'), invitation: attempt.invitation_jws, session }
}

/**
 * The payload of a message that was verified before it was stored. Never call it on anything that
 * has not passed a signature check in this gateway.
 */
export function storedPayload<T>(jws: string): T {
  return JSON.parse(Buffer.from(decodeBase64url(jws.split('.')[1] ?? '')).toString('utf8'))
}

/** What must be there by the protocol's own order. Throws `QUERY_STAGE` otherwise. */
export function present<T>(value: T | null, what: string): T {
  if (value === null) throw new GatewayError('QUERY_STAGE', `the attempt has no ${what}`)
  return value
}
