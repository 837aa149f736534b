import { decodeBase64url, encodeBase64url } from '#crypto/base64url'
import { type Digest, digestBytes } from '#crypto/digest'
import { seal } from '#crypto/envelope'
import { createPadSeed, derivePadKey } from '#crypto/pads'
import type { Secret } from '#crypto/secret'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { ConfirmationBody, QueryState } from '#protocol/messages/query-state'
import type { ConsumerConfirmation } from '#protocol/messages/session'
import type { Panel } from '#protocol/plans/plan'
import { seedContext } from '#protocol/sealing'
import { type AgreedSession, agreeSession, openSession } from '#protocol/session-papers'
import type { Consumer } from './consumer.ts'

/** A session that the consumer agreed to, with the pad seeds that only it and each holder know. */
export class ConfirmedSession implements Disposable {
  readonly agreed: AgreedSession
  readonly #seeds: ReadonlyMap<string, Secret>

  constructor(agreed: AgreedSession, seeds: ReadonlyMap<string, Secret>) {
    this.agreed = agreed
    this.#seeds = seeds
  }

  /** The pad key of every holder of a panel, in roster order. */
  padKeys({ part, roster }: Panel): Secret[] {
    return roster.map((holder) => {
      const seed = this.#seeds.get(holder)
      if (seed === undefined) throw new ProtocolError('SESSION_MISMATCH', 'a holder without a seed')
      return derivePadKey(seed, { transcript: this.agreed.transcriptDigest, panelId: part })
    })
  }

  [Symbol.dispose](): void {
    for (const seed of this.#seeds.values()) seed[Symbol.dispose]()
  }
}

/**
 * Checks everything that the gateway shows of a session and makes the transcript itself. Refuses
 * a session of another request than `request`, which this consumer signed.
 */
export async function agreeTo(
  consumer: Consumer,
  request: Digest,
  { papers, adverts }: QueryState,
): Promise<AgreedSession> {
  if (papers === undefined || adverts === undefined) {
    throw new ProtocolError('SESSION_MISMATCH', 'the gateway shows no session papers')
  }
  const desk = await consumer.party.desk()
  const agreed = await agreeSession(desk, await openSession(desk, papers), adverts)
  if (agreed.requestDigest === request) return agreed
  throw new ProtocolError('SESSION_MISMATCH', 'the session is of another request')
}

/** Seals a fresh pad seed to every holder's advertised key and signs H over all of them. */
export async function confirm(
  { keys, random }: Consumer,
  agreed: AgreedSession,
): Promise<{ session: ConfirmedSession; body: ConfirmationBody }> {
  const transcript = agreed.transcriptDigest
  const seeds = new Map(agreed.adverts.map(({ holder }) => [holder, createPadSeed(random)]))
  const sealed = await Promise.all(
    agreed.adverts.map(async ({ holder, padKey }) => {
      const recipient = {
        kty: 'OKP',
        crv: 'X25519',
        x: encodeBase64url(decodeBase64url(padKey)),
      } as const
      const seed = seeds.get(holder)?.use((bytes) => bytes.slice()) ?? new Uint8Array()
      try {
        const bytes = await seal({ recipient, ...seedContext(transcript, holder) }, seed)
        return { holder, bytes }
      } finally {
        seed.fill(0)
      }
    }),
  )
  const statement: ConsumerConfirmation = {
    type: 'baotu/consumer-confirmation@1',
    sid: agreed.session.sid,
    transcript,
    seeds: sealed.map(({ holder, bytes }) => ({ holder, sealed: digestBytes(bytes) })),
  }
  const confirmation = await keys.signer().sign(KINDS.consumerConfirmation.typ, statement)
  const body = {
    confirmation,
    seeds: sealed.map(({ holder, bytes }) => ({ holder, sealed: encodeBase64url(bytes) })),
  }
  return { session: new ConfirmedSession(agreed, seeds), body }
}
