import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Submission } from '#protocol/messages/session'
import type { Plan } from '#protocol/plans/plan'
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
      checkParts(agreed.plan, submission)
      return submission
    }),
  )
}

// Exactly what the plan asks of this holder: what the release names as its inputs was added.
function checkParts({ panels }: Plan, { holder, parts }: Submission): void {
  const asked = panels.filter(({ roster }) => roster.includes(holder)).map(({ part }) => part)
  const named = parts.map(({ part }) => part)
  if (named.length === asked.length && asked.every((part) => named.includes(part))) return
  throw mismatch('a submission has not the parts of the plan')
}

function mismatch(message: string): ProtocolError {
  return new ProtocolError('SESSION_MISMATCH', message)
}
