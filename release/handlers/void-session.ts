import { KINDS } from '#protocol/message-kinds'
import type { SessionVoid, VoidReason } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import { faultPoint } from '#runtime/fault-point'
import type { ReleaseDesk } from '../desk.ts'
import { ReleaseError } from '../errors.ts'
import type { ReleaseSession } from '../store/session-store.ts'

/**
 * Ends a session without a release: the key is destroyed first, then a void is signed that names
 * H. A session that was released is never voided, and one that was voided is never released.
 */
export async function voidSession(
  desk: ReleaseDesk,
  body: TaskBody<'void-session'>,
  invitation: string,
): Promise<TaskAnswer<'void-session'>> {
  const known = await desk.store.find(invitation)
  if (known?.opening !== body.session) {
    throw new ReleaseError('SESSION_LOST', 'this authority opened no such session')
  }
  return { void: await endVoid(desk, known, body.reason) }
}

/** Destroys the key of a session and signs its void; asked again, answers the same. */
export async function endVoid(
  desk: ReleaseDesk,
  known: ReleaseSession,
  reason: VoidReason,
): Promise<string> {
  if (known.state === 'void' && known.outcome !== null) return known.outcome
  await desk.live.wipe(known.invitation)
  const statement: SessionVoid = {
    type: 'baotu/void@1',
    sid: known.sid,
    transcript: known.transcript,
    reason,
  }
  const outcome = await desk.signer().sign(KINDS.void.typ, statement)
  faultPoint('release.void.before-store')
  await desk.store.transaction(async (tx) => {
    await desk.evidence.append(tx, {
      type: 'session.void',
      actor: desk.did,
      session: known.sid,
      ...(known.transcript === null ? {} : { transcript: known.transcript }),
      reason,
    })
    const change = { state: 'void', outcome } as const
    await desk.store.move(tx, known.invitation, ['opened', 'confirmed'], change)
  })
  faultPoint('release.void.after-store')
  return outcome
}
