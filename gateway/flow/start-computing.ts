import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { advertsOf } from './holder-advertised.ts'
import { papersOf, present } from './papers.ts'

/**
 * Asks every holder to compute and submit, each with its own sealed pad seed, once both the release
 * authority and the consumer have signed H; before that it does nothing.
 */
export async function startComputing(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  query: Query,
  attempt: Attempt,
): Promise<void> {
  const { invitation, release_confirmation, consumer_confirmation } = attempt
  if (release_confirmation === null || consumer_confirmation === null) return
  const { computingMs } = desk.timing
  const parts = await desk.holders.all(invitation, tx)
  const body = {
    ...papersOf(query, attempt),
    adverts: advertsOf(parts),
    releaseConfirmation: release_confirmation,
    consumerConfirmation: consumer_confirmation,
  }
  for (const { holder, seed } of parts) {
    await desk.tasks.enqueue(tx, {
      kind: 'submit',
      recipient: holder,
      invitation,
      body: { ...body, seed: present(seed, 'sealed pad seed') },
      deadlineMs: computingMs,
    })
  }
  const deadline_at = instant(desk, computingMs)
  await desk.queries.change(tx, invitation, { stage: 'computing', deadline_at })
}
