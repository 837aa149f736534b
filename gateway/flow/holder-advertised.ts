import type { Directory } from '#protocol/directory'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Advert } from '#protocol/messages/session'
import type { TaskAnswer } from '#protocol/messages/tasks'
import { checkAdvert, transcriptDigest, transcriptOf } from '#protocol/session'
import { type OpenedSession, openSession } from '#protocol/session-papers'
import { openSigned } from '#protocol/signed'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import type { HolderPart } from '../store/holder-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { papersOf, storedPayload } from './papers.ts'
import type { Answered, Transition } from './transition.ts'

/**
 * A holder advertised: its signature over this session and exactly its own parts are checked. The
 * last advert of the roster makes the transcript, which the release authority and the consumer are
 * then shown, both at once.
 */
export async function holderAdvertised(
  desk: GatewayDesk,
  { query, attempt, recipient }: Answered,
  { advert: jws }: TaskAnswer<'advertise'>,
): Promise<Transition> {
  const papers = await deskNow(desk)
  const { directory, now } = papers
  const opened = await openSession(papers, papersOf(query, attempt))
  const keys = directory.keys(recipient, 'holder', 'sign', now)
  const advert = await openSigned(desk.verify, KINDS.advert, jws, keys)
  if (advert.holder !== recipient) {
    throw new ProtocolError('SESSION_MISMATCH', 'the advert names another holder')
  }
  checkAdvert(advert, opened.session, opened.plan)
  const { invitation } = attempt
  return {
    name: 'advertised',
    stages: ['advertising'],
    whileVoiding: false,
    apply: async (tx, current) => {
      await desk.holders.change(tx, { invitation, holder: recipient }, { advert: jws })
      const parts = await desk.holders.all(invitation, tx)
      const adverts = advertsOf(parts)
      await desk.queries.change(tx, invitation, { updated_at: instant(desk) })
      if (adverts.length < parts.length) return
      await agree(desk, tx, opened, { adverts, directory, papers: papersOf(query, current) })
    },
  }
}

/** H as it follows from what was shown, under one directory. */
export function agreedTranscript(
  opened: OpenedSession,
  adverts: readonly string[],
  directory: Directory,
): string {
  const { serial, digest } = directory
  const transcript = transcriptOf({
    ...opened,
    directory: { serial, digest },
    product: opened.productDigest,
    adverts: adverts.map((jws) => storedPayload<Advert>(jws)),
  })
  return transcriptDigest(transcript)
}

interface Agreement {
  readonly adverts: string[]
  readonly directory: Directory
  readonly papers: ReturnType<typeof papersOf>
}

async function agree(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  opened: OpenedSession,
  { adverts, directory, papers }: Agreement,
): Promise<void> {
  const { confirmingMs } = desk.timing
  const { invitation } = opened.session
  await desk.queries.change(tx, invitation, {
    stage: 'confirming',
    transcript: agreedTranscript(opened, adverts, directory),
    directory: directory.digest,
    deadline_at: instant(desk, confirmingMs),
  })
  await desk.tasks.enqueue(tx, {
    kind: 'confirm-session',
    recipient: desk.release,
    invitation,
    body: { ...papers, adverts },
    deadlineMs: confirmingMs,
  })
}

/** The adverts of a roster that is complete, in its order. */
export function advertsOf(parts: readonly HolderPart[]): string[] {
  return parts.flatMap(({ advert }) => advert ?? [])
}
