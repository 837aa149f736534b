import type { Digest } from '#crypto/digest'
import type { Directory } from './directory.ts'
import { ProtocolError } from './errors.ts'
import { KINDS } from './message-kinds.ts'
import type { Product } from './messages/product.ts'
import type { QueryRequest } from './messages/query.ts'
import type { Advert, Invitation, SessionOpening, Transcript } from './messages/session.ts'
import type { SessionPapers } from './messages/tasks.ts'
import { planGroupedAggregate } from './plans/grouped-aggregate.ts'
import { type Plan, planDigest } from './plans/plan.ts'
import {
  checkOpening,
  holdersOf,
  messageDigest,
  requestDigest,
  transcriptDigest,
  transcriptOf,
} from './session.ts'
import { openSigned, type VerifyJws } from './signed.ts'

/** Whom a party deals with, pinned in its own configuration or listed by its own policy. */
export interface Counterparts {
  readonly spaceId: string
  readonly gateway: string
  readonly release: string
}

/** What a party checks documents with. `now` in ms since the epoch. */
export interface Desk {
  readonly verify: VerifyJws
  readonly directory: Directory
  readonly counterparts: Counterparts
  readonly now: number
}

/** A request and its invitation, each verified, and the plan that this party derived itself. */
export interface InvitedQuery {
  readonly request: QueryRequest
  readonly requestDigest: Digest
  readonly invitation: Invitation
  readonly product: Product
  readonly productDigest: Digest
  readonly plan: Plan
}

/** A session as one party verified it, before the transcript. */
export interface OpenedSession extends InvitedQuery {
  readonly session: SessionOpening
}

/** A session whose transcript this party made itself. */
export interface AgreedSession extends OpenedSession {
  readonly adverts: readonly Advert[]
  readonly transcript: Transcript
  readonly transcriptDigest: Digest
}

/**
 * Verifies request and invitation and derives the plan again; another plan is refused. Throws
 * `ProtocolError`: a signature, a role, a space, a plan or a time that does not fit.
 */
export async function openInvitation(
  desk: Desk,
  papers: Pick<SessionPapers, 'request' | 'invitation'>,
): Promise<InvitedQuery> {
  const request = await openRequest(desk, papers.request)
  const { gateway, spaceId } = desk.counterparts
  const gatewayKeys = desk.directory.keys(gateway, 'gateway', 'sign', desk.now)
  const invitation = await openSigned(desk.verify, KINDS.invitation, papers.invitation, gatewayKeys)
  const digest = requestDigest(request)
  const isOurs = invitation.gateway === gateway && invitation.spaceId === spaceId
  if (invitation.request !== digest || !isOurs) {
    throw new ProtocolError('SESSION_MISMATCH', 'the invitation is of another request or space')
  }
  if (Date.parse(invitation.expiresAt) <= desk.now) {
    throw new ProtocolError('SESSION_MISMATCH', 'the invitation has expired')
  }
  const { product, digest: productDigest } = desk.directory.product(request.query.product)
  const plan = planGroupedAggregate(request.query, product)
  if (planDigest(plan) !== invitation.plan) {
    throw new ProtocolError('SESSION_MISMATCH', 'the invitation names another plan')
  }
  return { request, requestDigest: digest, invitation, product, productDigest, plan }
}

/** Refuses a task that goes by another name than the digest of the invitation that it shows. */
export function requireNamed({ invitation }: InvitedQuery, name: string): void {
  if (messageDigest(invitation) === name) return
  throw new ProtocolError('SESSION_MISMATCH', 'the task names another invitation')
}

/** Verifies a request as signed by the consumer that it names, for this space. */
export async function openRequest(desk: Desk, jws: string): Promise<QueryRequest> {
  const claimed = claimedConsumer(jws)
  const keys = desk.directory.keys(claimed, 'consumer', 'sign', desk.now)
  const request = await openSigned(desk.verify, KINDS.request, jws, keys)
  if (request.consumer !== claimed || request.spaceId !== desk.counterparts.spaceId) {
    throw new ProtocolError('SIGNATURE_REFUSED', 'the request is of another consumer or space')
  }
  return request
}

/** `openInvitation`, and the release authority's answer to it. */
export async function openSession(desk: Desk, papers: SessionPapers): Promise<OpenedSession> {
  const invited = await openInvitation(desk, papers)
  const { release } = desk.counterparts
  const keys = desk.directory.keys(release, 'release', 'sign', desk.now)
  const session = await openSigned(desk.verify, KINDS.session, papers.session, keys)
  if (session.release !== release || Date.parse(session.expiresAt) <= desk.now) {
    throw new ProtocolError('SESSION_MISMATCH', 'the session is of another authority or expired')
  }
  checkOpening(invited.request, invited.invitation, session)
  return { ...invited, session }
}

/** Verifies every advert of the roster and makes the transcript from what was shown. */
export async function agreeSession(
  desk: Desk,
  opened: OpenedSession,
  adverts: readonly string[],
): Promise<AgreedSession> {
  const holders = holdersOf(opened.plan)
  if (adverts.length !== holders.length) {
    throw new ProtocolError('SESSION_MISMATCH', 'not one advert for each holder of the roster')
  }
  const verified = await Promise.all(
    holders.map(async (holder, index) => {
      const keys = desk.directory.keys(holder, 'holder', 'sign', desk.now)
      const advert = await openSigned(desk.verify, KINDS.advert, adverts[index] ?? '', keys)
      if (advert.holder === holder) return advert
      throw new ProtocolError('SESSION_MISMATCH', 'an advert stands in another holder’s place')
    }),
  )
  const { serial, digest } = desk.directory
  const view = {
    ...opened,
    directory: { serial, digest },
    product: opened.productDigest,
    adverts: verified,
  }
  const transcript = transcriptOf(view)
  return {
    ...opened,
    adverts: verified,
    transcript,
    transcriptDigest: transcriptDigest(transcript),
  }
}

// Only tells whose key to look for; nothing is believed before the signature is verified.
function claimedConsumer(jws: string): string {
  try {
    const payload = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { consumer } = JSON.parse(payload)
    return typeof consumer === 'string' ? consumer : ''
  } catch (cause) {
    throw new ProtocolError('MESSAGE_MALFORMED', 'the request is not a JWS of JSON', '', cause)
  }
}
