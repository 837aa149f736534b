import Type, { type Static } from 'typebox'
import { DigestText, IntegerText, Jws, Strict } from './primitives.ts'
import { VoidReason } from './session.ts'

/** Base64url bytes of a small sealed message, such as a pad seed. */
export const SealedText = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 400 })

/** What every party of a session is shown of it, before the transcript is agreed. */
export const SessionPapers = Strict({ request: Jws, invitation: Jws, session: Jws })

/**
 * The work that a gateway hands to the other parties, who fetch it: nobody but the gateway
 * listens. One schema a kind; the answer's schema stands beside it. Ciphertexts, keys and sealed
 * tables travel apart as blobs named by their digest.
 */
export const TASKS = {
  /** Release authority: make a session key pair; upload the public key. */
  'open-session': {
    body: Strict({ request: Jws, invitation: Jws }),
    answer: Strict({ session: Jws }),
  },
  /** Holder: judge by your own policy; answer with fresh keys and your data's version. */
  advertise: {
    body: SessionPapers,
    answer: Strict({ advert: Jws }),
  },
  /** Release authority: check the transcript, sign H. */
  'confirm-session': {
    body: Strict({ ...SessionPapers.properties, adverts: Type.Array(Jws, { maxItems: 4096 }) }),
    answer: Strict({ confirmation: Jws }),
  },
  /** Holder: check everything again, compute, store, upload, submit. */
  submit: {
    body: Strict({
      ...SessionPapers.properties,
      adverts: Type.Array(Jws, { maxItems: 4096 }),
      releaseConfirmation: Jws,
      consumerConfirmation: Jws,
      seed: SealedText,
    }),
    answer: Strict({ submission: Jws }),
  },
  /** Release authority: recompute, decrypt, gate, seal; upload result and audit copy. */
  release: {
    body: Strict({
      ...SessionPapers.properties,
      adverts: Type.Array(Jws, { maxItems: 4096 }),
      submissions: Type.Array(Jws, { maxItems: 4096 }),
    }),
    answer: Type.Union([Strict({ release: Jws }), Strict({ void: Jws })]),
  },
  /** Release authority: this session ends without a release; destroy its key, sign a void. */
  'void-session': {
    body: Strict({ ...SessionPapers.properties, reason: VoidReason }),
    answer: Strict({ void: Jws }),
  },
  /** Holder: what you submitted or prepared for this session is void. */
  'note-void': {
    body: Strict({ ...SessionPapers.properties, void: Jws }),
    answer: Strict({}),
  },
} as const

export type TaskKind = keyof typeof TASKS
export type TaskBody<K extends TaskKind> = Static<(typeof TASKS)[K]['body']>
export type TaskAnswer<K extends TaskKind> = Static<(typeof TASKS)[K]['answer']>

/** A leased task. `fence` grows with every lease; an answer under an older one is refused. */
export const LeasedTask = Strict({
  task: Type.String({ maxLength: 80 }),
  fence: IntegerText,
  kind: Type.Union([
    Type.Literal('open-session'),
    Type.Literal('advertise'),
    Type.Literal('confirm-session'),
    Type.Literal('submit'),
    Type.Literal('release'),
    Type.Literal('void-session'),
    Type.Literal('note-void'),
  ]),
  /** The digest of the invitation: names this attempt and its blobs. */
  invitation: DigestText,
  /** Checked by whoever leases it against the schema of its kind. */
  body: Type.Unknown(),
})

export type LeasedTask = Static<typeof LeasedTask>
export type SessionPapers = Static<typeof SessionPapers>
