import { encodeBase64url } from '#crypto/base64url'
import { digestBytes } from '#crypto/digest'
import type { SessionCell } from '#crypto/he/session-cells'
import { KINDS } from '#protocol/message-kinds'
import type { SessionOpening } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import { messageDigest, sessionId } from '#protocol/session'
import { openInvitation, requireNamed } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import type { ReleaseDesk } from '../desk.ts'
import { ReleaseError } from '../errors.ts'

/**
 * Opens a session: verifies request, invitation and plan, makes a fresh key pair in a disposable
 * worker, records the session, hands out the public key. A key whose session could not be recorded
 * is wiped. Asked again while the key lives, it answers the same; after a restart the key is gone
 * and the session with it.
 */
export async function openSession(
  desk: ReleaseDesk,
  body: TaskBody<'open-session'>,
  invitation: string,
): Promise<TaskAnswer<'open-session'>> {
  const known = await desk.store.find(invitation)
  if (known !== undefined) return openedBefore(desk, invitation, known.opening)
  const session = await desk.open()
  const invited = await openInvitation(session, body)
  requireNamed(invited, invitation)
  session.directory.participant(desk.auditor, 'auditor')
  if (!desk.live.hasRoom) throw new ReleaseError('RELEASE_BUSY', 'too many sessions')
  await using owned = new AsyncDisposableStack()
  const keys = owned.use(await desk.createKeys())
  const nonce = encodeBase64url(desk.random(16))
  const expiresAt = Math.min(desk.now() + desk.sessionMs, Date.parse(invited.invitation.expiresAt))
  const opening: SessionOpening = {
    type: 'baotu/session@1',
    invitation: messageDigest(invited.invitation),
    sid: sessionId({ request: invited.request, invitation: invited.invitation, nonce }),
    release: desk.did,
    auditor: desk.auditor,
    nonce,
    parameterSet: 'TAB',
    publicKey: digestBytes(keys.publicKey),
    expiresAt: new Date(expiresAt).toISOString(),
  }
  const jws = await desk.signer().sign(KINDS.session.typ, opening)
  faultPoint('release.session.before-store')
  await desk.store.transaction(async (tx) => {
    await desk.store.insert(tx, {
      invitation,
      sid: opening.sid,
      opening: jws,
      expires_at: new Date(expiresAt),
    })
    await desk.evidence.append(tx, {
      type: 'session.opened',
      actor: desk.did,
      request: invited.requestDigest,
      plan: invited.invitation.plan,
      session: opening.sid,
      release: desk.did,
    })
  })
  desk.live.add(invitation, keys, expiresAt)
  owned.move()
  faultPoint('release.session.after-store')
  await sendKey(desk, invitation, keys)
  return { session: jws }
}

async function openedBefore(desk: ReleaseDesk, invitation: string, opening: string) {
  const keys = desk.live.get(invitation)
  if (keys === undefined)
    throw new ReleaseError('SESSION_LOST', 'its key did not outlive a restart')
  await sendKey(desk, invitation, keys)
  return { session: opening }
}

async function sendKey({ link }: ReleaseDesk, invitation: string, { publicKey }: SessionCell) {
  faultPoint('release.session.before-send')
  await link.putBlob(invitation, publicKey)
  faultPoint('release.session.after-send')
}
