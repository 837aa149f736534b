import { inEntries } from '#evidence/in-entries'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Release } from '#protocol/messages/session'
import type { TaskAnswer } from '#protocol/messages/tasks'
import { openSigned } from '#protocol/signed'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { present } from './papers.ts'
import { sessionVoided } from './session-voided.ts'
import type { Answered, Transition } from './transition.ts'

/**
 * The release authority released or voided. A release names this H and exactly the submitted
 * inputs, and its sealed table and audit copy are there in the length that the plan fixes. It
 * counts even while a void is being asked for: the release authority signs one of the two.
 */
export async function sessionReleased(
  desk: GatewayDesk,
  answered: Answered,
  answer: TaskAnswer<'release'>,
): Promise<Transition> {
  if ('void' in answer) return sessionVoided(desk, answered, answer)
  const { attempt, recipient } = answered
  const { directory, now } = await deskNow(desk)
  const keys = directory.keys(recipient, 'release', 'sign', now)
  const release = await openSigned(desk.verify, KINDS.release, answer.release, keys)
  if (release.sid !== attempt.sid || release.transcript !== attempt.transcript) {
    throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the release is of another session')
  }
  await requireInputs(desk, attempt, release)
  await requireSealed(desk, attempt, recipient, release)
  return {
    name: 'released',
    stages: ['releasing'],
    whileVoiding: true,
    apply: async (tx, current) => {
      await desk.queries.change(tx, current.invitation, {
        stage: 'released',
        code: null,
        void_reason: null,
        release_jws: answer.release,
        result: release.result,
        audit: release.audit,
        ticket: await writeRelease(desk, tx, current, release),
        deadline_at: null,
        ended_at: instant(desk),
        updated_at: instant(desk),
      })
    },
  }
}

async function requireInputs(
  { holders }: GatewayDesk,
  { invitation }: Attempt,
  { inputs }: Release,
): Promise<void> {
  const parts = await holders.all(invitation)
  const submitted = parts.flatMap((part) => part.inputs ?? [])
  const isWhole = parts.every((part) => part.inputs !== null)
  if (isWhole && submitted.join() === inputs.join()) return
  throw new ProtocolError('SESSION_MISMATCH', 'the release is of other inputs than were submitted')
}

async function requireSealed(
  { blobs }: GatewayDesk,
  { invitation, result_bytes, audit_bytes }: Attempt,
  owner: string,
  { result, audit }: Release,
): Promise<void> {
  const lengths = await blobs.lengths({ invitation, owner }, [result, audit])
  if (lengths.get(result) === result_bytes && lengths.get(audit) === audit_bytes) return
  throw new GatewayError('BLOB_MISSING', 'the sealed table or the audit copy was not uploaded')
}

async function writeRelease(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { request, transcript: agreed }: Attempt,
  { inputs, result, audit, verdicts }: Release,
): Promise<string> {
  const transcript = present(agreed, 'transcript')
  const [first = [], ...more] = inEntries(inputs)
  for (const rest of more) {
    await desk.journal.append(tx, { type: 'release.inputs', transcript, inputs: rest })
  }
  const query = await desk.queries.find(request, tx)
  const program = present(query?.plan ?? null, 'plan')
  return desk.journal.append(tx, {
    type: 'release.sealed',
    ...{ transcript, inputs: first, program, result, audit, verdicts },
  })
}
