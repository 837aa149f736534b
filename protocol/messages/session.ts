import Type, { type Static } from 'typebox'
import { Bytes, Did, DigestText, Instant, Name, Strict, Urn } from './primitives.ts'

/** The gateway's invitation (typ `baotu-invitation+jws`): which request, which plan, its nonce. */
export const Invitation = Strict({
  type: Type.Literal('baotu/invitation@1'),
  spaceId: Urn,
  request: DigestText,
  plan: DigestText,
  attempt: Type.Integer({ minimum: 1, maximum: 1000 }),
  nonce: Bytes(16),
  gateway: Did,
  expiresAt: Instant,
})

/** The release authority opens a session (typ `baotu-session+jws`) with a fresh HE key pair. */
export const SessionOpening = Strict({
  type: Type.Literal('baotu/session@1'),
  invitation: DigestText,
  sid: DigestText,
  release: Did,
  auditor: Did,
  nonce: Bytes(16),
  parameterSet: Type.Literal('TAB'),
  publicKey: DigestText,
  expiresAt: Instant,
})

/** The integer controls of one party's own decision, by name; see policies/controls. */
export const StatedControls = Type.Record(
  Type.String({ pattern: '^[a-zA-Z]{2,40}$' }),
  Type.Integer({ minimum: 0 }),
)

/**
 * A holder's advert (typ `baotu-advert+jws`): the policy it judged by, the controls that follow,
 * the version of its data, a fresh mask key and a fresh key for its pad seed.
 */
export const Advert = Strict({
  type: Type.Literal('baotu/advert@1'),
  sid: DigestText,
  session: DigestText,
  holder: Did,
  policy: DigestText,
  controls: StatedControls,
  parts: Type.Array(Strict({ part: Name, dataset: DigestText }), { minItems: 1, maxItems: 16 }),
  maskKey: Bytes(32),
  padKey: Bytes(32),
})

/**
 * The transcript: everything that the session is about. Its digest H goes into every signature,
 * mask, pad and key derivation, so that two parties who were shown different things cannot meet.
 */
export const Transcript = Strict({
  type: Type.Literal('baotu/transcript@1'),
  sid: DigestText,
  invitation: DigestText,
  session: DigestText,
  directory: Strict({ serial: Type.Integer({ minimum: 1 }), digest: DigestText }),
  product: DigestText,
  rosters: Type.Array(
    Strict({ part: Name, holders: Type.Array(Did, { minItems: 1, maxItems: 1024 }) }),
    { minItems: 1, maxItems: 16 },
  ),
  adverts: Type.Array(Strict({ holder: Did, digest: DigestText }), { minItems: 1, maxItems: 4096 }),
})

/** The consumer signs H and binds the sealed pad seeds (typ `baotu-consumer-confirmation+jws`). */
export const ConsumerConfirmation = Strict({
  type: Type.Literal('baotu/consumer-confirmation@1'),
  sid: DigestText,
  transcript: DigestText,
  seeds: Type.Array(Strict({ holder: Did, sealed: DigestText }), { minItems: 1, maxItems: 4096 }),
})

/** The release authority signs H (typ `baotu-release-confirmation+jws`), once per session. */
export const ReleaseConfirmation = Strict({
  type: Type.Literal('baotu/release-confirmation@1'),
  sid: DigestText,
  transcript: DigestText,
})

/** A holder's one submission for H (typ `baotu-submission+jws`). */
export const Submission = Strict({
  type: Type.Literal('baotu/submission@1'),
  sid: DigestText,
  transcript: DigestText,
  holder: Did,
  parts: Type.Array(
    Strict({ part: Name, ciphertexts: Type.Array(DigestText, { minItems: 1, maxItems: 4096 }) }),
    { minItems: 1, maxItems: 16 },
  ),
})

/** Most ciphertexts of all holders together: what one release can name. */
export const MAX_INPUTS = 4096

/** The release authority's answer (typ `baotu-release+jws`). Verdicts only as a salted digest. */
export const Release = Strict({
  type: Type.Literal('baotu/release@1'),
  sid: DigestText,
  transcript: DigestText,
  inputs: Type.Array(DigestText, { minItems: 1, maxItems: MAX_INPUTS }),
  result: DigestText,
  /** Which of the consumer's sealing keys opens the result. */
  resultKey: Bytes(32),
  audit: DigestText,
  /** Which of the auditor's sealing keys opens the audit copy. */
  auditKey: Bytes(32),
  verdicts: DigestText,
})

/** Why a session ended without a release. Never a fact about data. */
export const VoidReason = Type.Union([
  Type.Literal('HOLDER_UNAVAILABLE'),
  Type.Literal('CONSUMER_UNAVAILABLE'),
  Type.Literal('INPUTS_REJECTED'),
  Type.Literal('SESSION_LOST'),
  Type.Literal('SESSION_EXPIRED'),
])

/** The release authority voids a session (typ `baotu-void+jws`): it will never open it. */
export const SessionVoid = Strict({
  type: Type.Literal('baotu/void@1'),
  sid: DigestText,
  transcript: Type.Union([DigestText, Type.Null()]),
  reason: VoidReason,
})

/** The consumer has the result (typ `baotu-acknowledgement+jws`). */
export const Acknowledgement = Strict({
  type: Type.Literal('baotu/acknowledgement@1'),
  sid: DigestText,
  result: DigestText,
})

export type Invitation = Static<typeof Invitation>
export type SessionOpening = Static<typeof SessionOpening>
export type Advert = Static<typeof Advert>
export type StatedControls = Static<typeof StatedControls>
export type Transcript = Static<typeof Transcript>
export type ConsumerConfirmation = Static<typeof ConsumerConfirmation>
export type ReleaseConfirmation = Static<typeof ReleaseConfirmation>
export type Submission = Static<typeof Submission>
export type Release = Static<typeof Release>
export type VoidReason = Static<typeof VoidReason>
export type SessionVoid = Static<typeof SessionVoid>
export type Acknowledgement = Static<typeof Acknowledgement>
