import type { Digest } from '#crypto/digest'
import { DEFAULT_SUITE } from '#crypto/sign/suite'
import type { Principal } from '#protocol/access-token'
import type { Directory } from '#protocol/directory'
import { ProtocolError } from '#protocol/errors'
import type { QueryRequest } from '#protocol/messages/query'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { requestDigest } from '#protocol/session'
import { openRequest } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import { HttpProblem } from '#runtime/http-problem'
import { type ChainLink, checkChain } from '../decision/chain-check.ts'
import { decideQuery, type PlannedQuery, type QueryDecision } from '../decision/decide-query.ts'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { type DenialCode, DeniedError } from './denied-error.ts'
import { keepDecision, keepQuery } from './keep-decision.ts'
import { startAttempt } from './start-attempt.ts'

/**
 * Takes a question in: verifies it, plans it, checks its chain, judges it, reserves its budgets,
 * writes all of it to the log and invites the release authority, in one serialisable transaction.
 * The same request again is the same query; after a void it is judged again and tried anew, and
 * costs nothing more. Answers its digest. Throws `DeniedError` for a refusal, which is kept.
 */
export async function receiveQuery(
  desk: GatewayDesk,
  principal: Principal,
  jws: string,
): Promise<Digest> {
  const papers = await deskNow(desk)
  const request = await openRequest(papers, jws)
  if (request.consumer !== principal.did) throw new HttpProblem('FORBIDDEN')
  if (request.suite !== DEFAULT_SUITE.id) {
    throw new ProtocolError('SIGNATURE_REFUSED', 'the request names another suite', '/suite')
  }
  const { directory } = papers
  const planned = planOf(request, directory)
  const received = { planned, jws, directory, broken: brokenLinks(desk, request, directory) }
  faultPoint('gateway.received.before-store')
  const denied = await once(() => desk.serialisable((tx) => receive(desk, tx, received)))
  faultPoint('gateway.received.after-store')
  const digest = planned.requestDigest
  desk.log.info({ digest, code: denied?.code ?? 'PERMIT' }, 'question decided')
  if (denied !== undefined) throw denied
  return digest
}

// Two replicas that take in the same new request collide on its key; the second finds it there.
async function once<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== UNIQUE_VIOLATION) throw error
    return work()
  }
}

const UNIQUE_VIOLATION = '23505'

interface Received {
  readonly planned: PlannedQuery
  readonly jws: string
  readonly directory: Directory
  readonly broken: readonly ChainLink[]
}

function planOf(request: QueryRequest, directory: Directory): PlannedQuery {
  const { product, digest: productDigest } = directory.product(request.query.product)
  const plan = planGroupedAggregate(request.query, product)
  return { request, requestDigest: requestDigest(request), product, productDigest, plan }
}

function brokenLinks(desk: GatewayDesk, request: QueryRequest, directory: Directory): ChainLink[] {
  const { did: gateway, release, auditor } = desk
  const ground = { directory, snapshot: desk.snapshot(), gateway, release, auditor }
  return checkChain(request, ground).filter(({ fault }) => fault !== undefined)
}

// A denial is answered, not thrown: it must be committed before the caller hears of it.
async function receive(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { planned, jws, directory, broken }: Received,
): Promise<DeniedError | undefined> {
  const { requestDigest: request } = planned
  const known = await desk.queries.find(request, tx)
  if (known?.refusal != null) return new DeniedError(known.refusal as DenialCode)
  const newest = known === undefined ? undefined : await desk.queries.newest(request, tx)
  if (newest !== undefined && newest.stage !== 'void') return undefined
  const attempt = nextAttempt(desk, newest)
  if (known === undefined) await keepQuery(desk, tx, planned, jws)
  else await desk.queries.changeQuery(tx, request, { jws, decided_at: instant(desk) })
  const decision: QueryDecision =
    broken.length > 0
      ? { effect: 'deny', code: 'CHAIN_BROKEN', policies: [] }
      : await decideQuery(desk, tx, planned, directory)
  await keepDecision(desk, tx, planned, decision, { isFirst: known === undefined })
  if (decision.effect === 'deny') return new DeniedError(decision.code, broken)
  await startAttempt(desk, tx, { planned, jws, attempt })
  return undefined
}

function nextAttempt({ timing }: GatewayDesk, newest: Attempt | undefined): number {
  const attempt = (newest?.attempt ?? 0) + 1
  if (attempt <= timing.attempts) return attempt
  throw new GatewayError('ATTEMPTS_EXHAUSTED', `${timing.attempts} attempts, all void`)
}
