import type { EntryDraft } from '#evidence/entry'
import { inEntries } from '#evidence/in-entries'
import type { OpenedSession } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import type { ConnectorDesk, JudgedBy, Judgement } from '../desk.ts'
import { ConnectorError } from '../errors.ts'

/** What the log is told of a decision; a long list of policies in several entries. */
export function decidedEntries(
  own: { readonly actor: string; readonly session: string },
  request: string,
  { policy, policies }: JudgedBy,
  outcome: { readonly decision: 'PERMIT' | 'DENY'; readonly reason?: string },
): EntryDraft<'holder.decided'>[] {
  return inEntries(policies).map((some) => {
    return { type: 'holder.decided', ...own, request, policy, policies: some, ...outcome }
  })
}

/**
 * Refuses by the holder's own policies. Its log says that it did and seals why; the code that
 * leaves is the same for every reason.
 */
export async function refuse(
  desk: ConnectorDesk,
  { requestDigest, session }: OpenedSession,
  judgement: Extract<Judgement, { readonly effect: 'deny' }>,
): Promise<never> {
  const own = { actor: desk.did, session: session.sid }
  const { code } = judgement
  faultPoint('connector.refusal.before-store')
  await desk.ledger.transaction(async (tx) => {
    const outcome = { decision: 'DENY', reason: await desk.seal(tx, 'REASON', { code }) } as const
    await desk.evidence.appendAll(tx, decidedEntries(own, requestDigest, judgement, outcome))
  })
  faultPoint('connector.refusal.after-store')
  throw new ConnectorError('HOLDER_REFUSES', 'own policies say no', code)
}
