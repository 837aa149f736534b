import Type from 'typebox'
import { DigestText, Strict } from '#protocol/messages/primitives'
import {
  AcknowledgementBody,
  ConfirmationBody,
  QueryStage,
  QueryState,
  QuerySubmission,
} from '#protocol/messages/query-state'
import { endOfWait } from '#runtime/end-of-wait'
import { problemResponse } from '#runtime/http-problem'
import type { HttpServer } from '#runtime/http-server'
import { principalOf } from '../admission.ts'
import { acknowledgeResult } from '../flow/acknowledge-result.ts'
import { consumerConfirmed } from '../flow/consumer-confirmed.ts'
import { nextState, ownQuery, stateOf } from '../flow/query-state.ts'
import { receiveQuery } from '../flow/receive-query.ts'
import type { GatewayDesk } from '../gateway-desk.ts'
import { callGone } from './call-gone.ts'
import { WaitMs } from './wait.ts'

const params = Strict({ request: DigestText })
const state = { 200: QueryState, ...problemResponse }
const config = { roles: ['consumer'] as const }

/** The consumer's side: ask, follow, confirm, acknowledge; always its own queries only. */
export function addQueryRoutes(app: HttpServer, desk: GatewayDesk, closing: AbortSignal): void {
  const accepted = { 202: QueryState, ...problemResponse }
  const ask = { summary: 'Ask a question', body: QuerySubmission, response: accepted }
  app.post('/queries', { schema: ask, config }, async (request, reply) => {
    const principal = principalOf(request)
    const digest = await receiveQuery(desk, principal, request.body.request)
    const query = await ownQuery(desk, principal, digest)
    return reply.code(202).send(await stateOf(desk, query))
  })

  const querystring = Strict({ waitMs: Type.Optional(WaitMs), after: Type.Optional(QueryStage) })
  const follow = { summary: 'Where a question stands', params, querystring, response: state }
  app.get('/queries/:request', { schema: follow, config }, async (request, reply) => {
    const query = await ownQuery(desk, principalOf(request), request.params.request)
    const { waitMs, after } = request.query
    if (waitMs === undefined || after === undefined) return stateOf(desk, query)
    using wait = endOfWait(Number(waitMs), [callGone(reply, closing)])
    return await nextState(desk, query, { after, over: wait.signal })
  })

  const confirm = {
    summary: 'Sign the transcript',
    params,
    body: ConfirmationBody,
    response: state,
  }
  app.post('/queries/:request/confirmation', { schema: confirm, config }, async (request) => {
    const query = await ownQuery(desk, principalOf(request), request.params.request)
    await consumerConfirmed(desk, query, request.body)
    return stateOf(desk, query)
  })

  const acknowledge = {
    ...{ summary: 'Acknowledge the result', params },
    ...{ body: AcknowledgementBody, response: state },
  }
  app.post(
    '/queries/:request/acknowledgement',
    { schema: acknowledge, config },
    async (request) => {
      const query = await ownQuery(desk, principalOf(request), request.params.request)
      await acknowledgeResult(desk, query, request.body.acknowledgement)
      return stateOf(desk, query)
    },
  )
}
