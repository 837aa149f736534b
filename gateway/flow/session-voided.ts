import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { SessionVoid, VoidReason } from '#protocol/messages/session'
import { openSigned } from '#protocol/signed'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import type { EndCode } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { papersOf, present } from './papers.ts'
import type { Answered, Transition } from './transition.ts'

/**
 * The release authority voided the session: it names H if it ever signed one. The attempt ends,
 * every holder is told with that signature, and the consumer may ask again.
 */
export async function sessionVoided(
  desk: GatewayDesk,
  { query, attempt, recipient }: Answered,
  answer: { readonly void: string },
): Promise<Transition> {
  const { directory, now } = await deskNow(desk)
  const keys = directory.keys(recipient, 'release', 'sign', now)
  const statement = await openSigned(desk.verify, KINDS.void, answer.void, keys)
  checkVoid(statement, attempt)
  const code = attempt.code ?? CODES[statement.reason]
  return {
    name: 'voided',
    stages: ['advertising', 'confirming', 'computing', 'releasing', 'void'],
    whileVoiding: true,
    apply: async (tx, current) => {
      if (current.void_jws !== null) return
      await endVoid(desk, tx, current, { code, jws: answer.void, statement })
      await tellHolders(desk, tx, query, { ...current, void_jws: answer.void })
    },
  }
}

const CODES: Readonly<Record<VoidReason, EndCode>> = {
  HOLDER_UNAVAILABLE: 'HOLDER_UNAVAILABLE',
  CONSUMER_UNAVAILABLE: 'CONSUMER_UNAVAILABLE',
  INPUTS_REJECTED: 'INPUTS_REJECTED',
  SESSION_LOST: 'SESSION_LOST',
  SESSION_EXPIRED: 'SESSION_EXPIRED',
}

// A void that names no transcript, or another, would leave a holder's submission counted.
function checkVoid({ sid, transcript }: SessionVoid, attempt: Attempt): void {
  const isSigned = attempt.release_confirmation !== null
  const isOurs = transcript === attempt.transcript || (transcript === null && !isSigned)
  if (sid === attempt.sid && isOurs) return
  throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the void names another session or transcript')
}

/**
 * Asks the release authority to void a session. Until it has signed one, it may still release; so
 * the stage stays and only new work stops. A session that was never opened ends at once.
 */
export async function beginVoid(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { query, attempt }: { readonly query: Query; readonly attempt: Attempt },
  { reason, code }: { readonly reason: VoidReason; readonly code: EndCode },
): Promise<void> {
  if (attempt.void_reason !== null) return
  if (attempt.session_jws === null) return endVoid(desk, tx, attempt, { code })
  const { voidingMs } = desk.timing
  const deadline_at = instant(desk, voidingMs)
  const change = { void_reason: reason, code, deadline_at, updated_at: instant(desk) }
  await desk.queries.change(tx, attempt.invitation, change)
  await desk.tasks.enqueue(tx, {
    kind: 'void-session',
    recipient: desk.release,
    invitation: attempt.invitation,
    body: { ...papersOf(query, attempt), reason },
    deadlineMs: voidingMs,
  })
}

/** How an attempt ended without a release; `jws` and `statement` where K signed a void. */
export interface Ending {
  readonly code: EndCode
  readonly jws?: string
  readonly statement?: SessionVoid
}

/** Ends an attempt as void, signed or not, and writes it to the log. */
export async function endVoid(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  attempt: Attempt,
  { code, jws, statement }: Ending,
): Promise<void> {
  const { invitation, sid, transcript } = attempt
  const named = statement === undefined ? null : (statement.transcript ?? null)
  const ticket = await desk.journal.append(tx, {
    type: 'session.void',
    session: sid ?? invitation,
    ...(named === null ? {} : { transcript: present(transcript, 'transcript') }),
    reason: statement?.reason ?? code,
  })
  await desk.queries.change(tx, invitation, {
    stage: 'void',
    code,
    ticket,
    ...(jws === undefined ? {} : { void_jws: jws }),
    deadline_at: null,
    ended_at: instant(desk),
    updated_at: instant(desk),
  })
}

async function tellHolders(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  query: Query,
  attempt: Attempt,
): Promise<void> {
  const { invitation } = attempt
  const body = { ...papersOf(query, attempt), void: present(attempt.void_jws, 'void') }
  for (const { holder } of await desk.holders.all(invitation, tx)) {
    const task = { kind: 'note-void', recipient: holder, invitation, body } as const
    await desk.tasks.enqueue(tx, { ...task, deadlineMs: desk.timing.retentionMs })
  }
}
