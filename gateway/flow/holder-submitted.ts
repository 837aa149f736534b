import { TAB } from '#crypto/he/parameters'
import { ciphertextWireBytes } from '#crypto/he/wire'
import { inEntries } from '#evidence/in-entries'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { QueryRequest } from '#protocol/messages/query'
import type { Submission } from '#protocol/messages/session'
import type { TaskAnswer } from '#protocol/messages/tasks'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { openSigned } from '#protocol/signed'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { advertsOf } from './holder-advertised.ts'
import { keepSubmissionOpening } from './keep-openings.ts'
import { papersOf, present, storedPayload } from './papers.ts'
import type { Answered, Transition } from './transition.ts'

/**
 * A holder submitted: its signature over this H, exactly the parts and the number of ciphertexts
 * that the plan asks of it, each uploaded by itself and of the one length that a ciphertext has.
 * What stands in them is the release authority's to check. The last submission asks for a release.
 */
export async function holderSubmitted(
  desk: GatewayDesk,
  { query, attempt, recipient }: Answered,
  { submission: jws }: TaskAnswer<'submit'>,
): Promise<Transition> {
  const { directory, now } = await deskNow(desk)
  const keys = directory.keys(recipient, 'holder', 'sign', now)
  const submission = await openSigned(desk.verify, KINDS.submission, jws, keys)
  checkBinding(submission, attempt, recipient)
  const { query: question } = storedPayload<QueryRequest>(present(query.jws, 'request'))
  const plan = planGroupedAggregate(question, directory.product(question.product).product)
  const expected = plan.panels
    .filter(({ roster }) => roster.includes(recipient))
    .map(({ part, layout }) => ({ part, count: layout.ciphertexts }))
  checkParts(submission, expected)
  const inputs = submission.parts.flatMap(({ ciphertexts }) => ciphertexts)
  await requireCiphertexts(desk, attempt.invitation, recipient, inputs)
  return {
    name: 'submitted',
    stages: ['computing'],
    whileVoiding: false,
    apply: (tx, current) => submit(desk, tx, { query, current, recipient, jws, inputs }),
  }
}

function checkBinding({ sid, transcript, holder }: Submission, attempt: Attempt, did: string) {
  if (holder !== did || sid !== attempt.sid) {
    throw new ProtocolError('SESSION_MISMATCH', 'the submission is of another holder or session')
  }
  if (transcript !== attempt.transcript) {
    throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the submission is to another transcript')
  }
}

function checkParts(
  { parts }: Submission,
  expected: readonly { readonly part: string; readonly count: number }[],
): void {
  const fits = expected.every(({ part, count }) => {
    const named = parts.filter((candidate) => candidate.part === part)
    return named.length === 1 && named[0]?.ciphertexts.length === count
  })
  const inputs = parts.flatMap(({ ciphertexts }) => ciphertexts)
  if (fits && parts.length === expected.length && new Set(inputs).size === inputs.length) return
  throw new GatewayError('INPUT_REFUSED', 'not one ciphertext for each place of the plan')
}

async function requireCiphertexts(
  { blobs }: GatewayDesk,
  invitation: string,
  owner: string,
  inputs: readonly string[],
): Promise<void> {
  const lengths = await blobs.lengths({ invitation, owner }, inputs)
  if (inputs.every((digest) => lengths.get(digest) === ciphertextWireBytes(TAB))) return
  throw new GatewayError('BLOB_MISSING', 'a submitted ciphertext was not uploaded')
}

interface Submitting {
  readonly query: Query
  readonly current: Attempt
  readonly recipient: string
  readonly jws: string
  readonly inputs: string[]
}

async function submit(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { query, current, recipient, jws, inputs }: Submitting,
): Promise<void> {
  const { invitation } = current
  await desk.holders.change(tx, { invitation, holder: recipient }, { submission: jws, inputs })
  const sid = present(current.sid, 'session')
  const signed = { sid, submission: jws, holder: recipient }
  const submission = await keepSubmissionOpening(desk, tx, signed)
  for (const ciphertexts of inEntries(inputs)) {
    await desk.journal.append(tx, {
      type: 'input.submitted',
      transcript: present(current.transcript, 'transcript'),
      holder: recipient,
      submission,
      ciphertexts,
    })
  }
  await desk.queries.change(tx, invitation, { updated_at: instant(desk) })
  const parts = await desk.holders.all(invitation, tx)
  if (parts.every(({ submission }) => submission !== null)) {
    await askRelease(desk, tx, query, current)
  }
}

/** Asks the release authority to open the sums of a complete roster. */
export async function askRelease(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  query: Query,
  attempt: Attempt,
  round = 1,
): Promise<void> {
  const { invitation } = attempt
  const { releasingMs } = desk.timing
  const parts = await desk.holders.all(invitation, tx)
  await desk.tasks.enqueue(tx, {
    kind: 'release',
    recipient: desk.release,
    invitation,
    body: {
      ...papersOf(query, attempt),
      adverts: advertsOf(parts),
      submissions: parts.map(({ submission }) => present(submission, 'submission')),
    },
    round,
    deadlineMs: releasingMs,
  })
  const deadline_at = instant(desk, releasingMs)
  await desk.queries.change(tx, invitation, { stage: 'releasing', deadline_at })
}
