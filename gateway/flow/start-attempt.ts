import { encodeBase64url } from '#crypto/base64url'
import { ENVELOPE_OVERHEAD } from '#crypto/envelope'
import { inEntries } from '#evidence/in-entries'
import { auditCopyBytes } from '#protocol/audit-copy'
import { KINDS } from '#protocol/message-kinds'
import type { Invitation } from '#protocol/messages/session'
import { type Plan, planDigest } from '#protocol/plans/plan'
import { releasedTableBytes } from '#protocol/release-result'
import { holdersOf, messageDigest } from '#protocol/session'
import type { PlannedQuery } from '../decision/decide-query.ts'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { attemptMs } from '../timing.ts'

/** One run of the protocol for a request that was permitted. */
export interface NewAttempt {
  readonly planned: PlannedQuery
  /** The request as the consumer signed it. */
  readonly jws: string
  readonly attempt: number
}

/**
 * Invites the release authority to open a session: signs a fresh invitation, makes room for every
 * holder of the plan, writes the plan to the log, and hands out the first task, all at once.
 */
export async function startAttempt(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { planned, jws, attempt }: NewAttempt,
): Promise<void> {
  const { plan } = planned
  const statement = invitationOf(desk, planned, attempt)
  const invitation = messageDigest(statement)
  const signed = await desk.signer().sign(KINDS.invitation.typ, statement)
  await desk.queries.insertAttempt(tx, {
    invitation,
    request: planned.requestDigest,
    attempt,
    ticket: await writePlan(desk, tx, planned),
    invitation_jws: signed,
    result_bytes: releasedTableBytes(plan) + ENVELOPE_OVERHEAD,
    audit_bytes: auditCopyBytes(plan) + ENVELOPE_OVERHEAD,
    deadline_at: instant(desk, desk.timing.openingMs),
    updated_at: instant(desk),
  })
  const holders = holdersOf(plan).map((holder) => {
    return { holder, ciphertexts: ciphertextsOf(plan, holder) }
  })
  await desk.holders.insert(tx, invitation, holders)
  await desk.tasks.enqueue(tx, {
    kind: 'open-session',
    recipient: desk.release,
    invitation,
    body: { request: jws, invitation: signed },
    deadlineMs: desk.timing.openingMs,
  })
}

function invitationOf(desk: GatewayDesk, planned: PlannedQuery, attempt: number): Invitation {
  return {
    type: 'baotu/invitation@1',
    spaceId: desk.spaceId,
    request: planned.requestDigest,
    plan: planDigest(planned.plan),
    attempt,
    nonce: encodeBase64url(desk.random(16)),
    gateway: desk.did,
    expiresAt: instant(desk, attemptMs(desk.timing)).toISOString(),
  }
}

async function writePlan(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { requestDigest, plan, productDigest }: PlannedQuery,
): Promise<string> {
  let ticket = ''
  for (const holders of inEntries(holdersOf(plan))) {
    const digests = { plan: planDigest(plan), product: productDigest }
    const entry = { type: 'plan.made', request: requestDigest, ...digests, holders } as const
    ticket = await desk.journal.append(tx, entry)
  }
  return ticket
}

function ciphertextsOf({ panels }: Plan, holder: string): number {
  return panels
    .filter(({ roster }) => roster.includes(holder))
    .reduce((count, { layout }) => count + layout.ciphertexts, 0)
}
