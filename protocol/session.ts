import { type Digest, digestOf, type Preimage, preimageOf } from '#crypto/digest'
import { ProtocolError } from './errors.ts'
import type { QueryRequest } from './messages/query.ts'
import type { Advert, Invitation, SessionOpening, Transcript } from './messages/session.ts'
import type { Plan } from './plans/plan.ts'

/** The digest that names a request in every message, store and log entry. */
export function requestDigest(request: QueryRequest): Digest {
  return requestPreimage(request).digest
}

/** The same with its preimage: the signed payload, and with it the business reference. */
export function requestPreimage(request: QueryRequest): Preimage {
  return preimageOf('baotu/request', request)
}

/** What logs hold of a business reference (业务参考号). The request's nonce is the salt. */
export function referencePreimage({ nonce, requestRef: reference }: QueryRequest): Preimage {
  return preimageOf('baotu/request-reference', { nonce, reference })
}

/** The digest by which the logs of gateway and holder name a signed submission of a session. */
export function submissionPreimage(sid: string, submission: string): Preimage {
  return preimageOf('baotu/submission', { sid, submission })
}

/** The digest that names a signed message of a session inside the next one. */
export function messageDigest(message: Invitation | SessionOpening | Advert): Digest {
  return digestOf('baotu/message', message)
}

/** What the session identifier is made of (protocols.md, rule 7). */
export interface SessionTerms {
  readonly request: QueryRequest
  readonly invitation: Invitation
  /** The release authority's own nonce. */
  readonly nonce: string
}

/** sid = digest(suite ‖ space ‖ request ‖ contract ‖ plan ‖ nonces of all three). */
export function sessionId({ request, invitation, nonce }: SessionTerms): Digest {
  return digestOf('baotu/p1/v1/sid', {
    suite: request.suite,
    spaceId: request.spaceId,
    request: requestDigest(request),
    contract: request.contract.digest,
    plan: invitation.plan,
    attempt: invitation.attempt,
    nonces: [request.nonce, invitation.nonce, nonce],
  })
}

/** What all parties of a session have been shown before they agree on it. */
export interface SessionView {
  readonly request: QueryRequest
  readonly invitation: Invitation
  readonly session: SessionOpening
  readonly plan: Plan
  readonly directory: { readonly serial: number; readonly digest: Digest }
  readonly product: Digest
  readonly adverts: readonly Advert[]
}

/**
 * The transcript of a session, from what one party was shown. Every party makes it itself and
 * compares its digest H with the others' signatures. Throws `SESSION_MISMATCH` where the messages
 * do not belong together or an advert of the roster is missing, doubled or foreign.
 */
export function transcriptOf(view: SessionView): Transcript {
  const { request, invitation, session, plan, directory, product } = view
  checkOpening(request, invitation, session)
  const rosters = plan.panels.map(({ part, roster }) => ({ part, holders: [...roster] }))
  const holders = holdersOf(plan)
  const adverts = holders.map((holder) => {
    const found = view.adverts.filter((advert) => advert.holder === holder)
    const [advert] = found
    if (advert === undefined || found.length > 1) throw mismatch('one advert per holder is needed')
    checkAdvert(advert, session, plan)
    return { holder, digest: messageDigest(advert) }
  })
  if (adverts.length !== view.adverts.length) throw mismatch('an advert of no holder of the roster')
  checkFreshKeys(view.adverts)
  return {
    type: 'baotu/transcript@1',
    sid: session.sid,
    invitation: messageDigest(invitation),
    session: messageDigest(session),
    directory: { ...directory },
    product,
    rosters,
    adverts,
  }
}

/** H, the digest of the transcript. */
export function transcriptDigest(transcript: Transcript): Digest {
  return digestOf('baotu/p1/v1/transcript', transcript)
}

/** Every holder of a plan once, in byte order of the DIDs. */
export function holdersOf(plan: Plan): string[] {
  return [...new Set(plan.panels.flatMap(({ roster }) => roster))].sort()
}

/** Checks that an opening answers this invitation of this request. */
export function checkOpening(
  request: QueryRequest,
  invitation: Invitation,
  session: SessionOpening,
): void {
  if (invitation.request !== requestDigest(request))
    throw mismatch('the invitation names another request')
  if (session.invitation !== messageDigest(invitation))
    throw mismatch('the session answers another invitation')
  if (session.sid !== sessionId({ request, invitation, nonce: session.nonce })) {
    throw mismatch('the session identifier is not that of its terms')
  }
}

/** Checks that an advert answers this session, with exactly the parts that the plan asks for. */
export function checkAdvert(advert: Advert, session: SessionOpening, plan: Plan): void {
  if (advert.sid !== session.sid || advert.session !== messageDigest(session)) {
    throw mismatch('an advert answers another session')
  }
  const parts = plan.panels
    .filter(({ roster }) => roster.includes(advert.holder))
    .map((p) => p.part)
  const named = advert.parts.map(({ part }) => part)
  if (parts.length !== named.length || !parts.every((part) => named.includes(part))) {
    throw mismatch('an advert names other parts than the plan asks of its holder')
  }
}

/**
 * No key stands twice. Two holders with one mask key have one pair key with every other: between
 * them in the roster its stream would be added and taken away again, and the part bare.
 */
function checkFreshKeys(adverts: readonly Advert[]): void {
  const keys = adverts.flatMap(({ maskKey, padKey }) => [maskKey, padKey])
  if (new Set(keys).size !== keys.length) throw mismatch('two adverts name one key')
}

function mismatch(message: string): ProtocolError {
  return new ProtocolError('SESSION_MISMATCH', message)
}
