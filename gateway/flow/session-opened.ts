import { TAB } from '#crypto/he/parameters'
import { publicKeyWireBytes } from '#crypto/he/wire'
import { ProtocolError } from '#protocol/errors'
import type { SessionOpening } from '#protocol/messages/session'
import type { TaskAnswer } from '#protocol/messages/tasks'
import { holdersOf } from '#protocol/session'
import { type OpenedSession, openSession } from '#protocol/session-papers'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { present } from './papers.ts'
import type { Answered, Transition } from './transition.ts'

/**
 * The release authority opened a session: its signature, the session's terms, the auditor and the
 * uploaded public key are checked, then every holder of the plan is asked.
 */
export async function sessionOpened(
  desk: GatewayDesk,
  { query, attempt, recipient }: Answered,
  { session }: TaskAnswer<'open-session'>,
): Promise<Transition> {
  const papers = {
    request: present(query.jws, 'request'),
    invitation: attempt.invitation_jws,
    session,
  }
  const opened = await openSession(await deskNow(desk), papers)
  if (opened.session.auditor !== desk.auditor) {
    throw new ProtocolError('SESSION_MISMATCH', 'the session names another auditor')
  }
  const { invitation } = attempt
  await requireKey(desk, { invitation, owner: recipient }, opened.session)
  return {
    name: 'opened',
    stages: ['opening'],
    whileVoiding: false,
    apply: (tx, current) => open(desk, tx, { query, current, session, opened }),
  }
}

interface Opening {
  readonly query: Query
  readonly current: Attempt
  readonly session: string
  readonly opened: OpenedSession
}

async function open(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { query, current, session, opened }: Opening,
): Promise<void> {
  const { invitation } = current
  const { advertisingMs } = desk.timing
  const { sid, publicKey } = opened.session
  await desk.queries.change(tx, invitation, {
    stage: 'advertising',
    session_jws: session,
    sid,
    public_key: publicKey,
    deadline_at: instant(desk, advertisingMs),
    updated_at: instant(desk),
  })
  const body = {
    request: present(query.jws, 'request'),
    invitation: current.invitation_jws,
    session,
  }
  for (const recipient of holdersOf(opened.plan)) {
    const task = { kind: 'advertise', recipient, invitation, body } as const
    await desk.tasks.enqueue(tx, { ...task, deadlineMs: advertisingMs })
  }
  await desk.journal.append(tx, {
    type: 'session.opened',
    request: opened.requestDigest,
    plan: opened.invitation.plan,
    session: sid,
    release: desk.release,
  })
}

async function requireKey(
  { blobs }: GatewayDesk,
  place: { readonly invitation: string; readonly owner: string },
  { publicKey }: SessionOpening,
): Promise<void> {
  const lengths = await blobs.lengths(place, [publicKey])
  if (lengths.get(publicKey) === publicKeyWireBytes(TAB)) return
  throw new GatewayError('BLOB_MISSING', 'the session key was not uploaded')
}
