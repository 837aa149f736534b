import { inEntries } from '#evidence/in-entries'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { ReleaseConfirmation } from '#protocol/messages/session'
import type { TaskAnswer } from '#protocol/messages/tasks'
import { openSession } from '#protocol/session-papers'
import { openSigned } from '#protocol/signed'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import type { Attempt } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { advertsOf, agreedTranscript } from './holder-advertised.ts'
import { papersOf, present } from './papers.ts'
import { startComputing } from './start-computing.ts'
import type { Answered, Transition } from './transition.ts'

/**
 * The release authority signed H. When the consumer has signed it too, the holders compute. A
 * directory that was renewed meanwhile gives another H; the one that the release authority signed
 * counts as long as it follows from the papers under a directory that this gateway verified.
 */
export async function sessionConfirmed(
  desk: GatewayDesk,
  answered: Answered,
  { confirmation }: TaskAnswer<'confirm-session'>,
): Promise<Transition> {
  const { query, attempt, recipient } = answered
  const { directory, now } = await deskNow(desk)
  const keys = directory.keys(recipient, 'release', 'sign', now)
  const statement = await openSigned(desk.verify, KINDS.releaseConfirmation, confirmation, keys)
  const agreed = await agreedAs(desk, answered, statement)
  return {
    name: 'confirmed',
    stages: ['confirming'],
    whileVoiding: false,
    apply: async (tx, current) => {
      if (current.consumer_confirmation !== null && current.transcript !== agreed.transcript) {
        throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the consumer signed another transcript')
      }
      const change = { ...agreed, release_confirmation: confirmation, updated_at: instant(desk) }
      await desk.queries.change(tx, attempt.invitation, change)
      await writeTranscript(desk, tx, { ...current, ...agreed })
      await startComputing(desk, tx, query, { ...current, ...change })
    },
  }
}

/** H and the directory that it names. Throws `TRANSCRIPT_MISMATCH` for any other. */
async function agreedAs(
  desk: GatewayDesk,
  { query, attempt }: Answered,
  { sid, transcript }: ReleaseConfirmation,
): Promise<{ transcript: string; directory: string }> {
  if (sid === attempt.sid && transcript === attempt.transcript) {
    return { transcript, directory: present(attempt.directory, 'directory') }
  }
  const directory = await desk.directory.refresh()
  const opened = await openSession(
    { ...(await deskNow(desk)), directory },
    papersOf(query, attempt),
  )
  const adverts = advertsOf(await desk.holders.all(attempt.invitation))
  if (sid === attempt.sid && transcript === agreedTranscript(opened, adverts, directory)) {
    return { transcript, directory: directory.digest }
  }
  throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the release authority signed another transcript')
}

async function writeTranscript(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  attempt: Attempt,
): Promise<void> {
  const parts = await desk.holders.all(attempt.invitation, tx)
  for (const holders of inEntries(parts.map(({ holder }) => holder))) {
    await desk.journal.append(tx, {
      type: 'session.transcript',
      request: attempt.request,
      session: present(attempt.sid, 'session'),
      transcript: present(attempt.transcript, 'transcript'),
      directory: present(attempt.directory, 'directory'),
      holders,
    })
  }
}
