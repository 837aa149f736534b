import { digestBytes } from '#crypto/digest'
import { ENVELOPE_OVERHEAD } from '#crypto/envelope'
import { TAB } from '#crypto/he/parameters'
import { ciphertextWireBytes, publicKeyWireBytes } from '#crypto/he/wire'
import { systemRandom } from '#crypto/random'
import { auditCopyBytes } from '#protocol/audit-copy'
import { productDigest } from '#protocol/directory'
import { KINDS } from '#protocol/message-kinds'
import type { QueryRequest } from '#protocol/messages/query'
import type {
  Acknowledgement,
  Advert,
  ConsumerConfirmation,
  Invitation,
  Release,
  ReleaseConfirmation,
  SessionOpening,
  SessionVoid,
  Submission,
} from '#protocol/messages/session'
import type { LeasedTask, SessionPapers } from '#protocol/messages/tasks'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import type { Plan } from '#protocol/plans/plan'
import { releasedTableBytes } from '#protocol/release-result'
import { messageDigest, sessionId, transcriptDigest, transcriptOf } from '#protocol/session'
import type { Reply, TestGateway } from './gateway.ts'
import { product } from './product.ts'
import { requestOf, signRequest } from './request.ts'
import type { Member } from './space.ts'

/** The payload of a signed message, unverified: the fakes trust what a test shows them. */
export function payloadOf<T>(jws: string): T {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
}

function bytes(count: number): string {
  return Buffer.from(systemRandom(count)).toString('base64url')
}

/** The other parties of a query, with real keys and real messages, and no data at all. */
export class Counterparts {
  readonly gateway: TestGateway

  constructor(gateway: TestGateway) {
    this.gateway = gateway
  }

  get members() {
    return this.gateway.space.members
  }

  get holders(): readonly Member[] {
    const { jinan, qingdao, binzhou } = this.members
    return [jinan, qingdao, binzhou]
  }

  /** Asks a fresh question as the bank. */
  async ask(change: Partial<QueryRequest> = {}): Promise<Reply> {
    const { space, world } = this.gateway
    return this.submit(requestOf(space, world.snapshot, change))
  }

  async submit(request: QueryRequest, by: Member = this.members.bank): Promise<Reply> {
    const body = { request: await signRequest(by, request) }
    return this.gateway.call(by, { method: 'POST', url: '/queries', body })
  }

  async state(request: string, by: Member = this.members.bank): Promise<Reply> {
    return this.gateway.call(by, { method: 'GET', url: `/queries/${request}` })
  }

  async lease(by: Member, waitMs = 0): Promise<LeasedTask | undefined> {
    const reply = await this.gateway.call(by, {
      method: 'POST',
      url: '/tasks/lease',
      body: { waitMs },
    })
    if (reply.status >= 300) throw new Error(`lease: ${reply.status} ${reply.json?.code}`)
    return reply.status === 204 ? undefined : reply.json
  }

  /** Takes whatever a party has to do out of its sight. */
  async drain(by: Member): Promise<void> {
    while ((await this.lease(by)) !== undefined);
  }

  /** Leaves nothing to do for anybody: what an earlier test began is not finished. */
  async drainAll(): Promise<void> {
    const { release } = this.members
    await Promise.all([release, ...this.holders].map((party) => this.drain(party)))
  }

  /** The task that must be there. */
  async leased(by: Member, kind: LeasedTask['kind']): Promise<LeasedTask> {
    const task = await this.lease(by)
    if (task?.kind !== kind) throw new Error(`${by.did} has ${task?.kind}, not ${kind}`)
    return task
  }

  async answer(by: Member, { task, fence }: LeasedTask, answer: unknown): Promise<Reply> {
    const url = `/tasks/${task}/answer`
    return this.gateway.call(by, { method: 'POST', url, body: { fence, answer } })
  }

  async refuse(by: Member, { task, fence }: LeasedTask, code: string): Promise<Reply> {
    const url = `/tasks/${task}/refusal`
    return this.gateway.call(by, { method: 'POST', url, body: { fence, code } })
  }

  async put(by: Member, invitation: string, blob: Uint8Array): Promise<string> {
    const digest = digestBytes(blob)
    const url = `/sessions/${invitation}/blobs/${digest}`
    const reply = await this.gateway.call(by, { method: 'PUT', url, bytes: blob })
    if (reply.status !== 204) throw new Error(`put: ${reply.status} ${reply.json?.code}`)
    return digest
  }

  async opening(task: LeasedTask, change: Partial<SessionOpening> = {}): Promise<string> {
    const { release, auditor } = this.members
    const body = task.body as SessionPapers
    const request = payloadOf<QueryRequest>(body.request)
    const invitation = payloadOf<Invitation>(body.invitation)
    const nonce = bytes(16)
    const key = systemRandom(publicKeyWireBytes(TAB))
    const statement: SessionOpening = {
      type: 'baotu/session@1',
      invitation: messageDigest(invitation),
      sid: sessionId({ request, invitation, nonce }),
      release: release.did,
      auditor: auditor.did,
      nonce,
      parameterSet: 'TAB',
      publicKey: change.publicKey ?? (await this.put(release, task.invitation, key)),
      expiresAt: invitation.expiresAt,
      ...change,
    }
    return release.keys.signer().sign(KINDS.session.typ, statement)
  }

  advert(by: Member, task: LeasedTask, change: Partial<Advert> = {}): Promise<string> {
    const session = payloadOf<SessionOpening>((task.body as SessionPapers).session)
    const statement: Advert = {
      type: 'baotu/advert@1',
      sid: session.sid,
      session: messageDigest(session),
      holder: by.did,
      policy: digestBytes(systemRandom(4)),
      controls: { minCohort: 10 },
      parts: [{ part: 'tax', dataset: digestBytes(systemRandom(4)) }],
      maskKey: bytes(32),
      padKey: bytes(32),
      ...change,
    }
    return by.keys.signer().sign(KINDS.advert.typ, statement)
  }

  /** H as a party makes it from what it was shown. */
  async transcript(papers: SessionPapers, adverts: readonly string[]): Promise<string> {
    const request = payloadOf<QueryRequest>(papers.request)
    const directory = await this.gateway.space.directory(this.gateway.world.directory)
    const view = {
      request,
      invitation: payloadOf<Invitation>(papers.invitation),
      session: payloadOf<SessionOpening>(papers.session),
      plan: this.plan(request),
      directory: { serial: directory.serial, digest: directory.digest },
      product: productDigest(product),
      adverts: adverts.map((advert) => payloadOf<Advert>(advert)),
    }
    return transcriptDigest(transcriptOf(view))
  }

  plan({ query }: QueryRequest): Plan {
    return planGroupedAggregate(query, product)
  }

  async releaseConfirmation(
    task: LeasedTask,
    change: Partial<ReleaseConfirmation> = {},
  ): Promise<string> {
    const body = task.body as SessionPapers & { adverts: string[] }
    const statement: ReleaseConfirmation = {
      type: 'baotu/release-confirmation@1',
      sid: payloadOf<SessionOpening>(body.session).sid,
      transcript: await this.transcript(body, body.adverts),
      ...change,
    }
    return this.members.release.keys.signer().sign(KINDS.releaseConfirmation.typ, statement)
  }

  /** What the bank sends when it is shown the adverts. */
  async confirmation(
    state: { papers: SessionPapers; adverts: string[] },
    change: Partial<ConsumerConfirmation> = {},
    by: Member = this.members.bank,
  ) {
    const seeds = state.adverts.map((advert) => {
      return { holder: payloadOf<Advert>(advert).holder, sealed: bytes(81) }
    })
    const statement: ConsumerConfirmation = {
      type: 'baotu/consumer-confirmation@1',
      sid: payloadOf<SessionOpening>(state.papers.session).sid,
      transcript: await this.transcript(state.papers, state.adverts),
      seeds: seeds.map(({ holder, sealed }) => {
        return { holder, sealed: digestBytes(Buffer.from(sealed, 'base64url')) }
      }),
      ...change,
    }
    const confirmation = await by.keys.signer().sign(KINDS.consumerConfirmation.typ, statement)
    return { confirmation, seeds }
  }

  /** A submission with its ciphertexts uploaded: random bytes of the right length. */
  async submission(
    by: Member,
    task: LeasedTask,
    change: Partial<Submission> = {},
  ): Promise<string> {
    const body = task.body as SessionPapers & { adverts: string[] }
    const { panels } = this.plan(payloadOf<QueryRequest>(body.request))
    const parts: Submission['parts'] = []
    for (const { part, layout } of panels) {
      const ciphertexts: string[] = []
      for (let index = 0; index < layout.ciphertexts; index += 1) {
        const blob = systemRandom(ciphertextWireBytes(TAB))
        ciphertexts.push(await this.put(by, task.invitation, blob))
      }
      parts.push({ part, ciphertexts })
    }
    const statement: Submission = {
      type: 'baotu/submission@1',
      sid: payloadOf<SessionOpening>(body.session).sid,
      transcript: await this.transcript(body, body.adverts),
      holder: by.did,
      parts,
      ...change,
    }
    return by.keys.signer().sign(KINDS.submission.typ, statement)
  }

  async release(task: LeasedTask, change: Partial<Release> = {}): Promise<string> {
    const { release } = this.members
    const body = task.body as SessionPapers & { adverts: string[]; submissions: string[] }
    const plan = this.plan(payloadOf<QueryRequest>(body.request))
    const inputs = body.submissions.flatMap((submission) =>
      payloadOf<Submission>(submission).parts.flatMap(({ ciphertexts }) => ciphertexts),
    )
    const result = systemRandom(releasedTableBytes(plan) + ENVELOPE_OVERHEAD)
    const audit = systemRandom(auditCopyBytes(plan) + ENVELOPE_OVERHEAD)
    const statement: Release = {
      type: 'baotu/release@1',
      sid: payloadOf<SessionOpening>(body.session).sid,
      transcript: await this.transcript(body, body.adverts),
      inputs,
      result: change.result ?? (await this.put(release, task.invitation, result)),
      resultKey: bytes(32),
      audit: change.audit ?? (await this.put(release, task.invitation, audit)),
      auditKey: bytes(32),
      verdicts: digestBytes(systemRandom(4)),
      ...change,
    }
    return release.keys.signer().sign(KINDS.release.typ, statement)
  }

  void(task: LeasedTask, change: Partial<SessionVoid> = {}): Promise<string> {
    const statement: SessionVoid = {
      type: 'baotu/void@1',
      sid: payloadOf<SessionOpening>((task.body as SessionPapers).session).sid,
      transcript: null,
      reason: 'HOLDER_UNAVAILABLE',
      ...change,
    }
    return this.members.release.keys.signer().sign(KINDS.void.typ, statement)
  }

  acknowledgement(release: string, by: Member = this.members.bank): Promise<string> {
    const { sid, result } = payloadOf<Release>(release)
    const statement: Acknowledgement = { type: 'baotu/acknowledgement@1', sid, result }
    return by.keys.signer().sign(KINDS.acknowledgement.typ, statement)
  }

  /** Plays a query until `stage` stands, and answers its digest. */
  async playTo(stage: PlayedStage, change: Partial<QueryRequest> = {}): Promise<string> {
    await this.drainAll()
    const asked = await this.ask(change)
    if (asked.status !== 202) throw new Error(`ask: ${asked.status} ${asked.json?.code}`)
    const { request } = asked.json
    for (const [reached, play] of this.#steps(request)) {
      if (reached === stage) break
      await play()
    }
    const { json } = await this.state(request)
    if (json.stage !== stage) throw new Error(`played to ${json.stage}, not ${stage}`)
    return request
  }

  #steps(request: string): [PlayedStage, () => Promise<void>][] {
    return [
      ['opening', () => this.playOpening()],
      ['advertising', () => this.playAdverts()],
      ['confirming', () => this.playConfirmations(request)],
      ['computing', () => this.playSubmissions()],
      ['releasing', () => this.playRelease()],
      ['released', () => this.playAcknowledgement(request)],
    ]
  }

  async playOpening(): Promise<void> {
    const { release } = this.members
    const task = await this.leased(release, 'open-session')
    await this.done(release, task, { session: await this.opening(task) })
  }

  async playAdverts(): Promise<void> {
    for (const holder of this.holders) {
      const task = await this.leased(holder, 'advertise')
      await this.done(holder, task, { advert: await this.advert(holder, task) })
    }
  }

  async playConfirmations(request: string): Promise<void> {
    const { release, bank } = this.members
    const task = await this.leased(release, 'confirm-session')
    await this.done(release, task, { confirmation: await this.releaseConfirmation(task) })
    const { json } = await this.state(request)
    const body = await this.confirmation(json)
    const url = `/queries/${request}/confirmation`
    const reply = await this.gateway.call(bank, { method: 'POST', url, body })
    if (reply.status !== 200) throw new Error(`confirm: ${reply.status} ${reply.json?.code}`)
  }

  async playSubmissions(): Promise<void> {
    for (const holder of this.holders) {
      const task = await this.leased(holder, 'submit')
      await this.done(holder, task, { submission: await this.submission(holder, task) })
    }
  }

  async playRelease(): Promise<void> {
    const { release } = this.members
    const task = await this.leased(release, 'release')
    await this.done(release, task, { release: await this.release(task) })
  }

  async playAcknowledgement(request: string): Promise<void> {
    const { json } = await this.state(request)
    const body = { acknowledgement: await this.acknowledgement(json.release) }
    const url = `/queries/${request}/acknowledgement`
    await this.gateway.call(this.members.bank, { method: 'POST', url, body })
  }

  async done(by: Member, task: LeasedTask, answer: unknown): Promise<void> {
    const reply = await this.answer(by, task, answer)
    if (reply.status === 204) return
    throw new Error(`${task.kind}: ${reply.status} ${reply.json?.code}`)
  }
}

export type PlayedStage =
  | 'opening'
  | 'advertising'
  | 'confirming'
  | 'computing'
  | 'releasing'
  | 'released'
  | 'acknowledged'
