import Type, { type Static } from 'typebox'
import { Did, DigestText, Instant, Jws, Strict } from './primitives.ts'
import { SealedText, SessionPapers } from './tasks.ts'

/** Where a question stands (请求状态). Ends: `refused`, `void`, `acknowledged`. */
export const QueryStage = Type.Union([
  Type.Literal('opening'),
  Type.Literal('advertising'),
  Type.Literal('confirming'),
  Type.Literal('computing'),
  Type.Literal('releasing'),
  Type.Literal('released'),
  Type.Literal('acknowledged'),
  Type.Literal('refused'),
  Type.Literal('void'),
])

/** A receipt: where the log holds an entry, the proof, and the entry: digests and codes only. */
export const ReceiptBody = Strict({
  index: Type.Integer({ minimum: 0 }),
  leafHash: Type.String({ maxLength: 100 }),
  checkpoint: Type.String({ maxLength: 4000 }),
  proof: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 64 }),
  entry: Type.String({ maxLength: 65_536 }),
})

/** What the consumer polls. Members appear as the session reaches them. */
export const QueryState = Strict({
  request: DigestText,
  attempt: Type.Integer({ minimum: 1 }),
  stage: QueryStage,
  updatedAt: Instant,
  /** For `refused` and `void`: the problem code. */
  code: Type.Optional(Type.String({ maxLength: 60 })),
  /** The digest of the invitation, which names the blobs of this attempt. */
  invitation: Type.Optional(DigestText),
  papers: Type.Optional(SessionPapers),
  adverts: Type.Optional(Type.Array(Jws, { maxItems: 4096 })),
  releaseConfirmation: Type.Optional(Jws),
  release: Type.Optional(Jws),
  void: Type.Optional(Jws),
  receipt: Type.Optional(ReceiptBody),
})

/** `POST /queries`. The same request again is the same query; after a void it is tried anew. */
export const QuerySubmission = Strict({ request: Jws })

/** `POST /queries/:request/confirmation`. */
export const ConfirmationBody = Strict({
  confirmation: Jws,
  seeds: Type.Array(Strict({ holder: Did, sealed: SealedText }), { minItems: 1, maxItems: 4096 }),
})

/** `POST /queries/:request/acknowledgement`. */
export const AcknowledgementBody = Strict({ acknowledgement: Jws })

export type QueryStage = Static<typeof QueryStage>
export type QueryState = Static<typeof QueryState>
export type ReceiptBody = Static<typeof ReceiptBody>
export type QuerySubmission = Static<typeof QuerySubmission>
export type ConfirmationBody = Static<typeof ConfirmationBody>
