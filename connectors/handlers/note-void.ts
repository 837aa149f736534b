import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import { openSigned } from '#protocol/signed'
import { faultPoint } from '#runtime/fault-point'
import type { ConnectorDesk } from '../desk.ts'

/**
 * Takes note that the release authority will never open this session. Only its signature, over
 * this holder's own transcript, makes a submission count as not released: the gateway's word does
 * not, so that "failed, ask again without D" gives no difference (protocols.md, rule 11).
 */
export async function noteVoid(
  desk: ConnectorDesk,
  body: TaskBody<'note-void'>,
  invitation: string,
): Promise<TaskAnswer<'note-void'>> {
  const known = await desk.ledger.find(invitation)
  if (known === undefined || known.state === 'void') return {}
  const papers = await desk.open()
  const { release } = papers.counterparts
  const keys = papers.directory.keys(release, 'release', 'sign', papers.now)
  const statement = await openSigned(papers.verify, KINDS.void, body.void, keys)
  if (statement.sid !== known.sid) {
    throw new ProtocolError('SESSION_MISMATCH', 'the void is of another session')
  }
  if (known.transcript !== null && statement.transcript !== known.transcript) {
    throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the void names another transcript')
  }
  faultPoint('connector.void.before-store')
  await desk.ledger.transaction(async (tx) => {
    const { sid: session, transcript } = known
    await desk.ledger.markVoid(tx, invitation, { transcript, jws: body.void })
    const named = transcript === null ? {} : { transcript }
    const noted = { session, ...named, reason: statement.reason }
    await desk.evidence.append(tx, { type: 'holder.voided', actor: desk.did, ...noted })
  })
  faultPoint('connector.void.after-store')
  desk.keys.forget(invitation)
  return {}
}
