import type { Kysely } from 'kysely'
import tap, { type Test } from 'tap'
import type { ConnectorDesk, PartSource } from '#connectors/desk'
import { advertise } from '#connectors/handlers/advertise'
import { submit } from '#connectors/handlers/submit'
import { LEDGER_MIGRATIONS } from '#connectors/ledger/migrations'
import { Offers } from '#connectors/ledger/offers'
import { PostgresLedger } from '#connectors/ledger/postgres-ledger'
import type { LedgerDatabase } from '#connectors/ledger/schema'
import { sealWith } from '#connectors/seal'
import { HeldKeys } from '#connectors/session-keys'
import { digestBytes } from '#crypto/digest'
import { openEncryptCells } from '#crypto/he/encrypt-cells'
import { TAB } from '#crypto/he/parameters'
import { openSessionCells } from '#crypto/he/session-cells'
import { systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { OpeningStore } from '#evidence/opening-store'
import { DEFAULT_CONTROLS } from '#policies/controls'
import type { Directory } from '#protocol/directory'
import type { GatewayLink } from '#protocol/gateway-link'
import { KINDS } from '#protocol/message-kinds'
import type { Product } from '#protocol/messages/product'
import type { QueryRequest } from '#protocol/messages/query'
import type { QueryState } from '#protocol/messages/query-state'
import type { SessionPapers, TaskBody } from '#protocol/messages/tasks'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { planDigest } from '#protocol/plans/plan'
import { holdersOf, messageDigest, requestDigest } from '#protocol/session'
import type { Desk } from '#protocol/session-papers'
import type { ReleaseDesk } from '#release/desk'
import { confirmSession } from '#release/handlers/confirm-session'
import { openSession } from '#release/handlers/open-session'
import { releaseSession } from '#release/handlers/release'
import { LiveSessions } from '#release/live-sessions'
import { RELEASE_MIGRATIONS } from '#release/store/migrations'
import type { ReleaseDatabase } from '#release/store/schema'
import { SessionStore } from '#release/store/session-store'
import { openStore } from '#runtime/store/open-store'
import type { Answer } from '#sdk/answer'
import { agreeTo, confirm } from '#sdk/confirm'
import type { Consumer } from '#sdk/consumer'
import { receive } from '#sdk/receive'
import { testDatabase } from './database.ts'
import { testRequest } from './product.ts'
import {
  AUDITOR,
  AUTHORITY,
  BANK,
  directoryDocument,
  GATEWAY,
  type Keys,
  keysOf,
  NOW,
  nonce,
  openTestDirectory,
  RELEASE,
  SPACE,
  testKeys,
} from './test-directory.ts'
import { testLog } from './test-log.ts'

/** Real parties of one space around a gateway that the test composes; nothing else is faked. */
export interface TestSpace {
  readonly product: Product
  readonly keys: Keys
  readonly directory: Directory
  readonly release: ReleaseDesk
  readonly consumer: Consumer
  readonly holders: ReadonlyMap<string, ConnectorDesk>
  /** Blobs at the gateway, by digest. */
  readonly blobs: Map<string, Uint8Array>
}

export interface SpaceOptions {
  readonly product: Product
  readonly sources: (holder: string, part: string) => PartSource
  readonly controls?: Readonly<Record<string, number>>
}

/** Opens a space: keys, directory, databases, ledgers, logs, cells, each of them real. */
export async function openTestSpace(t: Test, options: SpaceOptions): Promise<TestSpace> {
  const { product } = options
  const dids = [...new Set(product.parts.flatMap(({ roster }) => roster))]
  const keys = await testKeys([AUTHORITY, GATEWAY, RELEASE, AUDITOR, BANK, ...dids])
  const directory = await openTestDirectory(keys, directoryDocument(keys, [product]))
  const blobs = new Map<string, Uint8Array>()
  const link = memoryLink(blobs)
  const open = async (): Promise<Desk> => deskOf(directory)
  const url = await testDatabase(t, [RELEASE_MIGRATIONS, LEDGER_MIGRATIONS, EVIDENCE_MIGRATIONS])
  const ground = { t, keys, link, open, options, url }
  const release = await releaseDesk(ground)
  const holders = new Map<string, ConnectorDesk>()
  for (const did of dids) holders.set(did, await holderDesk(ground, did))
  const party = {
    directory: { current: async () => directory, refresh: async () => directory },
    calls: { json: unexpected, put: unexpected, text: unexpected, get: unexpected },
    link,
    desk: open,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const bank = keysOf(keys, BANK)
  const consumer = {
    did: BANK,
    spaceId: SPACE,
    keys: bank,
    party,
    random: systemRandom,
    now: () => NOW,
  }
  return { product, keys, directory, release, consumer, holders, blobs }
}

/** What a session came to. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'void' | 'released'; readonly jws: string }

/**
 * An honest gateway, one method a step. An attack overrides the step that it changes; whatever is
 * shown to a party goes through `papersFor`, `advertsFor`, `submissionsFor`, `blobFor`.
 */
export class Relay {
  readonly space: TestSpace
  readonly request: QueryRequest
  /** The digest of the invitation of the last run. */
  invitation = ''

  constructor(space: TestSpace, request: Partial<QueryRequest> = {}) {
    this.space = space
    const fresh = { nonce: nonce(), issuedAt: new Date(NOW).toISOString(), ...request }
    this.request = testRequest({ spaceId: SPACE, consumer: BANK, deliverTo: BANK, ...fresh })
  }

  async run(): Promise<Outcome> {
    const { release, holders } = this.space
    const request = await this.signRequest()
    const { jws, digest } = await this.invite()
    this.invitation = digest
    const { session } = await openSession(release, { request, invitation: jws }, digest)
    const papers = { request, invitation: jws, session }
    const adverts = await this.gatherAdverts(papers, digest)
    const shown = (did: string) => ({
      ...this.papersFor(did, papers),
      adverts: this.advertsFor(did, adverts),
    })
    const { confirmation } = await confirmSession(release, shown(RELEASE), digest)
    const state = this.stateFor(digest, shown(BANK))
    const agreed = await agreeTo(this.space.consumer, requestDigest(this.request), state)
    const confirmed = await confirm(this.space.consumer, agreed)
    const submissions: string[] = []
    for (const did of this.rosterOf()) {
      const desk = required(holders.get(did))
      const seed = required(confirmed.body.seeds.find(({ holder }) => holder === did)).sealed
      const body = {
        ...shown(did),
        releaseConfirmation: this.confirmationFor(did, confirmation),
        consumerConfirmation: confirmed.body.confirmation,
        seed,
      }
      submissions.push(await this.submitAs(desk, body, digest))
    }
    const release_ = { ...shown(RELEASE), submissions: this.submissionsFor(submissions) }
    this.releaseAgain = async () => this.asOutcome(await releaseSession(release, release_, digest))
    const outcome = await releaseSession(release, release_, digest)
    if ('void' in outcome) return this.asOutcome(outcome)
    const received = await receive(this.space.consumer, confirmed.session, {
      ...state,
      stage: 'released',
      release: outcome.release,
    })
    return { kind: 'answer', answer: received.answer }
  }

  /** Asks the release authority for the same release once more. */
  releaseAgain: () => Promise<Outcome> = async () => {
    throw new Error('nothing was run')
  }

  asOutcome(outcome: { release: string } | { void: string }): Outcome {
    return 'void' in outcome
      ? { kind: 'void', jws: outcome.void }
      : { kind: 'released', jws: outcome.release }
  }

  signRequest(): Promise<string> {
    return keysOf(this.space.keys, BANK).signer().sign(KINDS.request.typ, this.request)
  }

  async invite(): Promise<{ jws: string; digest: string }> {
    const invitation = {
      type: 'baotu/invitation@1' as const,
      spaceId: SPACE,
      request: requestDigest(this.request),
      plan: planDigest(planGroupedAggregate(this.request.query, this.space.product)),
      attempt: 1,
      nonce: nonce(),
      gateway: GATEWAY,
      expiresAt: new Date(NOW + 600_000).toISOString(),
    }
    const jws = await keysOf(this.space.keys, GATEWAY)
      .signer()
      .sign(KINDS.invitation.typ, invitation)
    return { jws, digest: messageDigest(invitation) }
  }

  async gatherAdverts(papers: SessionPapers, digest: string): Promise<string[]> {
    const adverts: string[] = []
    for (const did of this.rosterOf()) {
      const desk = required(this.space.holders.get(did))
      adverts.push((await advertise(desk, this.papersFor(did, papers), digest)).advert)
    }
    return adverts
  }

  papersFor(_did: string, papers: SessionPapers): SessionPapers {
    return papers
  }

  advertsFor(_did: string, adverts: readonly string[]): string[] {
    return [...adverts]
  }

  confirmationFor(_did: string, confirmation: string): string {
    return confirmation
  }

  submissionsFor(submissions: readonly string[]): string[] {
    return [...submissions]
  }

  async submitAs(desk: ConnectorDesk, body: TaskBody<'submit'>, digest: string): Promise<string> {
    return (await submit(desk, body, digest)).submission
  }

  rosterOf(): string[] {
    return holdersOf(planGroupedAggregate(this.request.query, this.space.product))
  }

  stateFor(invitation: string, shown: SessionPapers & { adverts: string[] }): QueryState {
    const { adverts, ...papers } = shown
    return {
      request: requestDigest(this.request),
      attempt: 1,
      stage: 'confirming',
      updatedAt: new Date(NOW).toISOString(),
      invitation: invitation as never,
      papers,
      adverts,
    }
  }
}

export function deskOf(directory: Directory): Desk {
  const counterparts = { spaceId: SPACE, gateway: GATEWAY, release: RELEASE }
  return { verify: verifyJws, directory, counterparts, now: NOW }
}

/** A link whose blobs are a map; a desk in a test never leases. */
export function memoryLink(blobs: Map<string, Uint8Array>): GatewayLink {
  return {
    lease: unexpected,
    answer: unexpected,
    refuse: unexpected,
    async putBlob(_invitation, bytes) {
      const digest = digestBytes(bytes)
      blobs.set(digest, bytes)
      return digest
    },
    getBlob: async (_invitation, digest) => required(blobs.get(digest)),
  }
}

export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test needs what is missing here')
  return value
}

async function unexpected(): Promise<never> {
  throw new Error('no test calls this')
}

interface TestGround {
  readonly t: Test
  readonly keys: Keys
  readonly link: GatewayLink
  readonly open: () => Promise<Desk>
  readonly options: SpaceOptions
  readonly url: string
}

// One database serves all parties of a test, each under a space of its own: their stores share
// nothing (holder-ledger.test), and a test starts four times quicker.
async function partyStore<DB>({ t, url }: TestGround): Promise<Kysely<DB>> {
  const db = await openStore<DB>({ url, party: 'test', maxConnections: 3 })
  t.teardown(() => db.destroy())
  return db
}

function spaceOf(did: string): string {
  return `${SPACE}:${did.split(':').at(-1)}`
}

const CELL = { set: TAB, memoryMb: 256, deadlineMs: 60_000 }

// Engines are the slow part of a start, so one pool of each kind serves a whole test file.
const sessionCells = lazily(() => openSessionCells(CELL))
const encryptCells = lazily(() => openEncryptCells(CELL))

function lazily<T extends AsyncDisposable>(open: () => T): () => T {
  let opened: T | undefined
  return () => {
    if (opened === undefined) {
      const pool = open()
      opened = pool
      tap.teardown(() => pool[Symbol.asyncDispose]())
    }
    return opened
  }
}

async function releaseDesk(ground: TestGround): Promise<ReleaseDesk> {
  const { t, keys, link, open } = ground
  const db = await partyStore<ReleaseDatabase>(ground)
  const live = new LiveSessions(16, () => NOW)
  t.teardown(() => live[Symbol.asyncDispose]())
  return {
    did: RELEASE,
    auditor: AUDITOR,
    store: new SessionStore(db, spaceOf(RELEASE), systemRandom),
    live,
    link,
    evidence: await testLog(t, db, RELEASE, spaceOf(RELEASE)),
    openings: new OpeningStore(spaceOf(RELEASE), systemRandom),
    disclosableMs: 86_400_000,
    random: systemRandom,
    now: () => NOW,
    sessionMs: 600_000,
    signer: () => keysOf(keys, RELEASE).signer(),
    open,
    createKeys: () => sessionCells().open(),
  }
}

async function holderDesk(ground: TestGround, did: string): Promise<ConnectorDesk> {
  const { t, keys, link, open, options } = ground
  const db = await partyStore<LedgerDatabase>(ground)
  const controls = { ...DEFAULT_CONTROLS, ...options.controls }
  return {
    did,
    ledger: new PostgresLedger(db, spaceOf(did), systemRandom),
    keys: new HeldKeys(() => NOW),
    link,
    evidence: await testLog(t, db, did, spaceOf(did)),
    offers: new Offers(spaceOf(did), did),
    seal: sealWith({
      ...{ did, openings: new OpeningStore(spaceOf(did), systemRandom) },
      ...{ now: () => NOW, disclosableMs: 86_400_000 },
    }),
    random: systemRandom,
    now: () => NOW,
    queryMs: 60_000,
    signer: () => keysOf(keys, did).signer(),
    open,
    source: (_product, part) => options.sources(did, part),
    judge: async () => {
      const judgedBy = { policy: digestBytes(new Uint8Array()), policies: [] }
      return { effect: 'permit' as const, ...judgedBy, controls, spends: [] }
    },
    encrypt: async (publicKey, plaintexts) => {
      await using cell = await encryptCells().open(publicKey)
      return await cell.encrypt(plaintexts)
    },
  }
}
