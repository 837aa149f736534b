import { KINDS } from '#protocol/message-kinds'
import type { ReleaseConfirmation } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import { agreeSession, openSession } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import type { ReleaseDesk } from '../desk.ts'
import { ReleaseError } from '../errors.ts'
import { transcriptEntries } from '../log-entries.ts'

/**
 * Signs H, once per session: whoever shows this authority a second transcript of the same session
 * gets the first signature or none.
 */
export async function confirmSession(
  desk: ReleaseDesk,
  body: TaskBody<'confirm-session'>,
  invitation: string,
): Promise<TaskAnswer<'confirm-session'>> {
  const known = await desk.store.find(invitation)
  if (known?.confirmation) return { confirmation: known.confirmation }
  if (known?.opening !== body.session || desk.live.get(invitation) === undefined) {
    throw new ReleaseError('SESSION_LOST', 'this process does not hold the session')
  }
  const papers = await desk.open()
  const agreed = await agreeSession(papers, await openSession(papers, body), body.adverts)
  const statement: ReleaseConfirmation = {
    type: 'baotu/release-confirmation@1',
    sid: agreed.session.sid,
    transcript: agreed.transcriptDigest,
  }
  const confirmation = await desk.signer().sign(KINDS.releaseConfirmation.typ, statement)
  faultPoint('release.confirmation.before-store')
  await desk.store.transaction(async (tx) => {
    for (const entry of transcriptEntries(desk.did, agreed)) await desk.evidence.append(tx, entry)
    const change = {
      state: 'confirmed',
      transcript: agreed.transcriptDigest,
      confirmation,
    } as const
    await desk.store.move(tx, invitation, ['opened'], change)
  })
  faultPoint('release.confirmation.after-store')
  return { confirmation }
}
