import { digestBytes } from '#crypto/digest'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import { openSigned } from '#protocol/signed'
import { faultPoint } from '#runtime/fault-point'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'

/**
 * The consumer has the result (签收): its signature over this session's sealed table ends the query
 * and is metered, once. The same acknowledgement again changes nothing.
 */
export async function acknowledgeResult(
  desk: GatewayDesk,
  query: Query,
  acknowledgement: string,
): Promise<void> {
  const { directory, now } = await deskNow(desk)
  const keys = directory.keys(query.consumer, 'consumer', 'sign', now)
  const kind = KINDS.acknowledgement
  const { sid, result } = await openSigned(desk.verify, kind, acknowledgement, keys)
  const newest = await desk.queries.newest(query.request)
  faultPoint('gateway.acknowledged.before-store')
  await desk.transaction(async (tx) => {
    const attempt = await desk.queries.locked(tx, newest?.invitation ?? '')
    if (attempt === undefined || attempt.release_jws === null) {
      throw new GatewayError('QUERY_STAGE', 'nothing was released yet')
    }
    if (sid !== attempt.sid || result !== attempt.result) {
      throw new ProtocolError('SESSION_MISMATCH', 'the acknowledgement is of another result')
    }
    if (attempt.stage === 'acknowledged') return
    await write(desk, tx, query, { attempt, acknowledgement, result })
  })
  faultPoint('gateway.acknowledged.after-store')
}

async function write(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  query: Query,
  { attempt, acknowledgement, result }: Acknowledged,
): Promise<void> {
  const ticket = await desk.journal.append(tx, {
    type: 'result.acknowledged',
    result,
    recipient: query.consumer,
    acknowledgement: digestBytes(new TextEncoder().encode(acknowledgement)),
  })
  const metered = { request: query.request, result, units: 1, purpose: 'AGGREGATE' }
  await desk.journal.append(tx, { type: 'meter.counted', ...metered })
  await desk.queries.change(tx, attempt.invitation, {
    stage: 'acknowledged',
    acknowledgement,
    ticket,
    updated_at: instant(desk),
  })
  await desk.signals.changed(tx, query.request)
}

interface Acknowledged {
  readonly attempt: Attempt
  readonly acknowledgement: string
  readonly result: string
}
