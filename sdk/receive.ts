import { open } from '#crypto/envelope'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { QueryState } from '#protocol/messages/query-state'
import type { Release } from '#protocol/messages/session'
import type { Panel } from '#protocol/plans/plan'
import { decodeReleasedTable, verdictsDigest } from '#protocol/release-result'
import { resultContext } from '#protocol/sealing'
import { openSigned } from '#protocol/signed'
import { type Answer, answerOf } from './answer.ts'
import type { ConfirmedSession } from './confirm.ts'
import type { Consumer } from './consumer.ts'
import { AskError } from './errors.ts'
import { unpadTable } from './unpad.ts'

/** A release as the consumer verified it. */
export interface Received {
  readonly release: Release
  readonly answer: Answer
}

/**
 * Opens the released table: the release authority's signature over this transcript, the sealed
 * bytes' digest, the envelope, the plan's fixed length, the verdicts' digest, the canaries.
 */
export async function receive(
  consumer: Consumer,
  session: ConfirmedSession,
  state: QueryState,
): Promise<Received> {
  const { agreed } = session
  const release = await openRelease(consumer, session, state)
  const { link } = consumer.party
  const sealed = await link.getBlob(state.invitation ?? '', release.result)
  const key = consumer.keys.opening(release.resultKey)
  if (key === undefined) {
    throw new AskError('RESULT_KEY_LOST', 'the sealing key of this result is no longer held')
  }
  const context = resultContext(agreed.transcriptDigest, agreed.request.deliverTo)
  const table = decodeReleasedTable(agreed.plan, await open({ key, ...context }, sealed))
  if (table.transcript !== agreed.transcriptDigest || verdictsDigest(table) !== release.verdicts) {
    throw new ProtocolError('RESULT_REFUSED', 'the table is not the one that was logged')
  }
  using pads = new DisposableStack()
  const padKeys = (panel: Panel) => session.padKeys(panel).map((key) => pads.use(key))
  const values = unpadTable(agreed.plan, table, padKeys)
  return { release, answer: answerOf(agreed.plan, table, values) }
}

async function openRelease(
  consumer: Consumer,
  { agreed }: ConfirmedSession,
  state: QueryState,
): Promise<Release> {
  const { verify, directory, counterparts, now } = await consumer.party.desk()
  const keys = directory.keys(counterparts.release, 'release', 'sign', now)
  const release = await openSigned(verify, KINDS.release, state.release ?? '', keys)
  if (release.sid === agreed.session.sid && release.transcript === agreed.transcriptDigest) {
    return release
  }
  throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the release is of another session')
}
