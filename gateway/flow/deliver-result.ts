import { digestOf } from '#crypto/digest'
import { faultPoint } from '#runtime/fault-point'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import { present } from './papers.ts'

/**
 * Notes that a sealed table is handed over (交付), once, before its first byte leaves: if the log
 * cannot be written, it does not leave.
 */
export async function deliverResult(
  desk: GatewayDesk,
  invitation: string,
  recipient: string,
): Promise<void> {
  faultPoint('gateway.delivered.before-store')
  const ticket = await desk.transaction(async (tx) => {
    const attempt = await desk.queries.locked(tx, invitation)
    if (attempt === undefined || attempt.delivered_at !== null) return undefined
    const result = present(attempt.result, 'result')
    await desk.queries.change(tx, invitation, { delivered_at: instant(desk) })
    return desk.journal.append(tx, {
      type: 'result.delivered',
      request: attempt.request,
      transcript: present(attempt.transcript, 'transcript'),
      result,
      recipient,
      watermark: digestOf('baotu/watermark', { result, recipient }),
    })
  })
  faultPoint('gateway.delivered.after-store')
  if (ticket !== undefined) await desk.journal.receipt(ticket)
}
