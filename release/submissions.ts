import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Submission } from '#protocol/messages/session'
import { holdersOf } from '#protocol/session'
import type { AgreedSession, Desk } from '#protocol/session-papers'
import { openSigned } from '#protocol/signed'

/** One verified submission of each holder of the roster, all to this very transcript. */
export async function openSubmissions(
  { verify, directory, now }: Desk,
  agreed: AgreedSession,
  signed: readonly string[],
): Promise<Submission[]> {
  const holders = holdersOf(agreed.plan)
  if (signed.length !== holders.length) throw mismatch('not one submission for each holder')
  return Promise.all(
    holders.map(async (holder, index) => {
      const keys = directory.keys(holder, 'holder', 'sign', now)
      const submission = await openSigned(verify, KINDS.submission, signed[index] ?? '', keys)
      const { sid, transcript } = submission
      if (submission.holder !== holder) throw mismatch('a submission in another holder’s place')
      if (sid !== agreed.session.sid || transcript !== agreed.transcriptDigest) {
        throw mismatch('a submission to another session')
      }
      return submission
    }),
  )
}

function mismatch(message: string): ProtocolError {
  return new ProtocolError('SESSION_MISMATCH', message)
}
