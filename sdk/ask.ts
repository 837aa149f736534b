import { encodeBase64url } from '#crypto/base64url'
import type { Digest } from '#crypto/digest'
import { DEFAULT_SUITE } from '#crypto/sign/suite'
import { KINDS } from '#protocol/message-kinds'
import { parseMessage } from '#protocol/messages/parse'
import type { Query, QueryRequest } from '#protocol/messages/query'
import { QueryState } from '#protocol/messages/query-state'
import type { Acknowledgement, Release } from '#protocol/messages/session'
import { requestDigest } from '#protocol/session'
import type { AgreedSession } from '#protocol/session-papers'
import type { Answer } from './answer.ts'
import { agreeTo, type ConfirmedSession, confirm } from './confirm.ts'
import type { Consumer } from './consumer.ts'
import { AskError } from './errors.ts'
import { patient } from './patient.ts'
import { receive } from './receive.ts'

/** A question with what authorises it: one scenario, one authorisation. */
export interface Question {
  readonly query: Query
  readonly scenario: string
  readonly purpose: string
  readonly contract: { readonly id: string; readonly digest: string }
  /** The consumer's own reference, such as a case number. */
  readonly requestRef: string
}

export interface AskOptions {
  /** Told of every stage that the question reaches. */
  readonly progress?: (stage: QueryState['stage']) => void
  readonly signal?: AbortSignal
  /** Ms after which the question is given up here; the gateway ends it by its own deadlines. */
  readonly timeoutMs?: number
  /**
   * How often it is tried: after a void the same signed request is sent again, which costs no
   * budget of the gateway's anew. Default 1.
   */
  readonly attempts?: number
}

/** An answered question, with what proves it. */
export interface Answered {
  readonly answer: Answer
  readonly request: Digest
  readonly session: AgreedSession
  readonly release: Release
  readonly receipt: QueryState['receipt']
}

const WAIT_MS = 10_000

/**
 * Asks one question over encrypted data and returns the released table. Throws `AskError` when the
 * question was refused or its session voided, `ProtocolError` when anybody's papers do not verify.
 */
export async function ask(
  consumer: Consumer,
  question: Question,
  options: AskOptions = {},
): Promise<Answered> {
  const { timeoutMs = 300_000, signal, attempts = 1 } = options
  const request = signedRequest(consumer, question)
  const jws = await consumer.keys.signer().sign(KINDS.request.typ, request)
  const asked = { request: requestDigest(request), jws, until: consumer.now() + timeoutMs }
  const calm = patient(consumer, { until: asked.until, ...(signal ? { signal } : {}) })
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await askOnce(calm, asked, options)
    } catch (error) {
      const isVoid = error instanceof AskError && error.code === 'SESSION_VOID'
      if (!isVoid || attempt >= attempts) throw error
    }
  }
}

/** A request as it was signed, once for all attempts. */
interface Asked {
  readonly request: Digest
  readonly jws: string
  readonly until: number
}

async function askOnce(consumer: Consumer, asked: Asked, options: AskOptions): Promise<Answered> {
  const { request: digest, jws } = asked
  const submitted = await consumer.party.calls.json('POST', '/queries', { body: { request: jws } })
  const { attempt } = parseMessage(QueryState, submitted)
  const poll = new Poll(consumer, { ...asked, attempt }, options)
  const shown = await poll.until((state) => state.adverts !== undefined)
  const agreed = await agreeTo(consumer, digest, shown)
  const { session, body } = await confirm(consumer, agreed)
  using seeds = session
  await consumer.party.calls.json('POST', `/queries/${digest}/confirmation`, { body })
  const released = await poll.until((state) => state.release !== undefined)
  return await finish(consumer, digest, seeds, released)
}

async function finish(
  consumer: Consumer,
  request: Digest,
  session: ConfirmedSession,
  state: QueryState,
): Promise<Answered> {
  const { release, answer } = await receive(consumer, session, state)
  const { sid } = session.agreed.session
  const statement: Acknowledgement = {
    type: 'baotu/acknowledgement@1',
    sid,
    result: release.result,
  }
  const acknowledgement = await consumer.keys.signer().sign(KINDS.acknowledgement.typ, statement)
  const path = `/queries/${request}/acknowledgement`
  const last = await consumer.party.calls.json('POST', path, { body: { acknowledgement } })
  const { receipt } = parseMessage(QueryState, last)
  return { answer, request, session: session.agreed, release, receipt }
}

function signedRequest(consumer: Consumer, question: Question): QueryRequest {
  return {
    type: 'baotu/query-request@1',
    suite: DEFAULT_SUITE.id,
    spaceId: consumer.spaceId,
    requestRef: question.requestRef,
    consumer: consumer.did,
    deliverTo: consumer.did,
    scenario: question.scenario,
    purpose: question.purpose,
    contract: { ...question.contract },
    nonce: encodeBase64url(consumer.random(16)),
    issuedAt: new Date(consumer.now()).toISOString(),
    query: question.query,
  }
}

class Poll {
  readonly #consumer: Consumer
  readonly #path: string
  readonly #attempt: number
  readonly #options: AskOptions
  readonly #until: number
  #stage: string | undefined

  constructor(
    consumer: Consumer,
    { request, until, attempt }: Asked & { readonly attempt: number },
    options: AskOptions,
  ) {
    this.#consumer = consumer
    this.#path = `/queries/${request}`
    this.#attempt = attempt
    this.#options = options
    this.#until = until
  }

  /** Waits for a state in which `reached` holds. Throws `AskError` when the question ends first. */
  async until(reached: (state: QueryState) => boolean): Promise<QueryState> {
    for (;;) {
      const state = await this.#next()
      if (state.stage === 'refused') throw ended('QUERY_REFUSED', 'the question was refused', state)
      if (state.stage === 'void' || state.attempt !== this.#attempt) {
        throw ended('SESSION_VOID', 'the session ended without a release; ask again', state)
      }
      if (reached(state)) return state
      if (this.#consumer.now() >= this.#until) {
        throw ended('QUERY_TIMED_OUT', 'no answer in time', state)
      }
    }
  }

  async #next(): Promise<QueryState> {
    const { signal, progress } = this.#options
    const after = this.#stage === undefined ? '' : `&after=${this.#stage}`
    const path = `${this.#path}?waitMs=${WAIT_MS}${after}`
    const options = { waitMs: WAIT_MS, ...(signal ? { signal } : {}) }
    const state = parseMessage(
      QueryState,
      await this.#consumer.party.calls.json('GET', path, options),
    )
    if (state.stage !== this.#stage) progress?.(state.stage)
    this.#stage = state.stage
    return state
  }
}

function ended(code: AskError['code'], message: string, { code: reason }: QueryState): AskError {
  return new AskError(code, reason === undefined ? message : `${message} (${reason})`, reason)
}
