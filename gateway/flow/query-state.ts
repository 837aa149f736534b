import type { Principal } from '#protocol/access-token'
import type { QueryState } from '#protocol/messages/query-state'
import type { GatewayDesk } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import { advertsOf } from './holder-advertised.ts'
import { papersOf } from './papers.ts'

/** The caller's own query. Another's is as unknown as one that was never asked. */
export async function ownQuery(
  { queries }: GatewayDesk,
  { did }: Principal,
  request: string,
): Promise<Query> {
  const query = await queries.find(request)
  if (query?.consumer === did) return query
  throw new GatewayError('QUERY_UNKNOWN', 'this caller asked no such question')
}

/** Where a query stands, with a receipt of its last entry in the log. */
export async function stateOf(desk: GatewayDesk, query: Query): Promise<QueryState> {
  const attempt = await desk.queries.newest(query.request)
  const ticket = attempt?.ticket ?? query.ticket
  const receipt = await desk.journal.receipt(ticket)
  if (attempt === undefined) return { ...refusedState(query), receipt }
  return { ...(await attemptState(desk, query, attempt)), receipt }
}

/**
 * Like `stateOf`, but waits for another stage than `after`, which the caller has seen, until
 * `over` aborts; an ended query is answered at once.
 */
export async function nextState(
  desk: GatewayDesk,
  query: Query,
  { after, over }: { readonly after: string; readonly over: AbortSignal },
): Promise<QueryState> {
  while (!over.aborted) {
    using next = desk.signals.next(query.request, over)
    const newest = await desk.queries.newest(query.request)
    if (newest === undefined || newest.stage !== after || isEnd(newest.stage)) break
    await next.changed
  }
  return stateOf(desk, query)
}

function isEnd(stage: Attempt['stage']): boolean {
  return stage === 'void' || stage === 'acknowledged'
}

function refusedState({ request, refusal, decided_at }: Query): QueryState {
  const updatedAt = decided_at.toISOString()
  return { request, attempt: 1, stage: 'refused', updatedAt, ...(refusal && { code: refusal }) }
}

async function attemptState(
  desk: GatewayDesk,
  query: Query,
  attempt: Attempt,
): Promise<QueryState> {
  const { stage, code, transcript } = attempt
  const isAgreed = transcript !== null
  const isOpen = attempt.session_jws !== null && query.jws !== null
  return {
    request: query.request,
    attempt: attempt.attempt,
    stage,
    updatedAt: attempt.updated_at.toISOString(),
    invitation: attempt.invitation,
    ...(code !== null && { code }),
    ...(isOpen && { papers: papersOf(query, attempt) }),
    ...(isAgreed && { adverts: advertsOf(await desk.holders.all(attempt.invitation)) }),
    ...(attempt.release_confirmation !== null && {
      releaseConfirmation: attempt.release_confirmation,
    }),
    ...(attempt.release_jws !== null && { release: attempt.release_jws }),
    ...(attempt.void_jws !== null && { void: attempt.void_jws }),
  }
}
