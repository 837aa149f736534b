import type { VoidReason } from '#protocol/messages/session'
import { faultPoint } from '#runtime/fault-point'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { EndCode } from '../gateway-error.ts'
import type { Attempt } from '../store/query-store.ts'
import { beginVoid, endVoid } from './session-voided.ts'

/**
 * Gives up an attempt whose stage took too long: the release authority is asked for a void; when
 * it never opened the session, or does not answer that either, the attempt ends without one.
 */
export async function expireAttempt(desk: GatewayDesk, invitation: string): Promise<void> {
  faultPoint('gateway.expired.before-store')
  await desk.transaction(async (tx) => {
    const attempt = await desk.queries.locked(tx, invitation)
    const query = attempt && (await desk.queries.find(attempt.request, tx))
    if (query === undefined || attempt === undefined || !isOverdue(desk, attempt)) return
    const end = endOf(attempt)
    if (attempt.void_reason === null) await beginVoid(desk, tx, { query, attempt }, end)
    else await endVoid(desk, tx, attempt, { code: attempt.code ?? end.code })
    await desk.signals.changed(tx, attempt.request)
  })
  faultPoint('gateway.expired.after-store')
  desk.log.info({ digest: invitation }, 'attempt is overdue')
}

// Another replica may have moved it since it was listed.
function isOverdue(desk: GatewayDesk, { deadline_at }: Attempt): boolean {
  return deadline_at !== null && deadline_at <= instant(desk)
}

function endOf(attempt: Attempt): { readonly reason: VoidReason; readonly code: EndCode } {
  switch (attempt.stage) {
    case 'advertising':
    case 'computing':
      return { reason: 'HOLDER_UNAVAILABLE', code: 'HOLDER_UNAVAILABLE' }
    case 'confirming':
      return attempt.release_confirmation === null
        ? { reason: 'SESSION_EXPIRED', code: 'RELEASE_UNAVAILABLE' }
        : { reason: 'CONSUMER_UNAVAILABLE', code: 'CONSUMER_UNAVAILABLE' }
    default:
      return { reason: 'SESSION_EXPIRED', code: 'RELEASE_UNAVAILABLE' }
  }
}
