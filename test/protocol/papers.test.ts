/*
 * Every check of a session's papers by itself: the attack changes one member and signs anew, as
 * whoever would have to sign it; the control is the session with nothing changed.
 */
import t from 'tap'
import { judge } from '#connectors/guard'
import { checkConfirmations, openSeed } from '#connectors/handlers/confirmations'
import type { HolderLedger } from '#connectors/ledger/holder-ledger'
import { createSessionKeys } from '#connectors/session-keys'
import { encodeBase64url } from '#crypto/base64url'
import { type Digest, digestBytes, digestOf } from '#crypto/digest'
import { seal } from '#crypto/envelope'
import type { JsonValue } from '#crypto/json-value'
import { systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import { compile } from '#policies/compile'
import { openDirectory } from '#protocol/directory'
import { KINDS } from '#protocol/message-kinds'
import type { QueryState } from '#protocol/messages/query-state'
import type { Advert, Invitation, SessionOpening, Submission } from '#protocol/messages/session'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { planDigest } from '#protocol/plans/plan'
import { seedContext } from '#protocol/sealing'
import { messageDigest, requestDigest, sessionId } from '#protocol/session'
import { type AgreedSession, agreeSession, openSession } from '#protocol/session-papers'
import { recomputeSums } from '#release/recompute'
import { openSubmissions } from '#release/submissions'
import { agreeTo } from '#sdk/confirm'
import type { Consumer } from '#sdk/consumer'
import { holders, testProduct, testRequest } from '../support/product.ts'
import { deskOf, required } from '../support/relay.ts'
import {
  AUDITOR,
  AUTHORITY,
  BANK,
  directoryDocument,
  GATEWAY,
  keysOf,
  NOW,
  nonce,
  openTestDirectory,
  RELEASE,
  SPACE,
  testKeys,
} from '../support/test-directory.ts'

const product = testProduct()
const [H1, H2] = holders(2)
const everybody = [AUTHORITY, GATEWAY, RELEASE, AUDITOR, BANK, ...holders(3)]
const keys = await testKeys([...everybody, 'did:web:other.example'])
const desk = deskOf(await openTestDirectory(keys, directoryDocument(keys, [product])))
const SOON = new Date(NOW + 60_000).toISOString()
const PAST = new Date(NOW - 1).toISOString()
const OTHER = digestOf('test', 'other')

/** Changes to each message before it is signed; the later ones follow the earlier. */
interface Changes {
  readonly request?: object
  readonly invitation?: Partial<Invitation>
  readonly session?: Partial<SessionOpening>
  /** The release authority's nonce; else a fresh one. */
  readonly nonce?: string
  readonly advert?: (advert: Advert) => object
  readonly adverts?: (adverts: string[]) => string[]
  readonly signers?: { readonly gateway?: string; readonly release?: string }
}

const sign = (did: string, typ: string, message: object) =>
  keysOf(keys, did)
    .signer()
    .sign(typ, message as JsonValue)

async function papersOf(changes: Changes) {
  const { gateway = GATEWAY, release = RELEASE } = changes.signers ?? {}
  const issuedAt = new Date(NOW).toISOString()
  const ours = { spaceId: SPACE, consumer: BANK, deliverTo: BANK, issuedAt, nonce: nonce() }
  const request = testRequest({ ...ours, ...changes.request })
  const plan = planDigest(planGroupedAggregate(request.query, product))
  const named = { request: requestDigest(request), plan, attempt: 1, nonce: nonce() }
  const head = { type: 'baotu/invitation@1', spaceId: SPACE, gateway: GATEWAY } as const
  const invitation = { ...head, ...named, expiresAt: SOON, ...changes.invitation }
  const fresh = changes.nonce ?? nonce()
  const session: SessionOpening = {
    type: 'baotu/session@1',
    invitation: messageDigest(invitation),
    sid: sessionId({ request, invitation, nonce: fresh }),
    release: RELEASE,
    auditor: AUDITOR,
    nonce: fresh,
    parameterSet: 'TAB',
    publicKey: OTHER,
    expiresAt: SOON,
    ...changes.session,
  }
  const signed = {
    request: await sign(BANK, KINDS.request.typ, request),
    invitation: await sign(gateway, KINDS.invitation.typ, invitation),
    session: await sign(release, KINDS.session.typ, session),
  }
  const adverts = await Promise.all(
    holders(3).map((holder) => {
      const advert = { ...advertOf(holder, session) }
      return sign(holder, KINDS.advert.typ, changes.advert?.(advert) ?? advert)
    }),
  )
  return { signed, adverts: changes.adverts?.(adverts) ?? adverts }
}

function advertOf(holder: string, session: SessionOpening): Advert {
  return {
    type: 'baotu/advert@1',
    sid: session.sid,
    session: messageDigest(session),
    holder,
    policy: OTHER,
    controls: {},
    parts: [{ part: 'tax', dataset: OTHER }],
    maskKey: digestBase64(`mask ${holder}`),
    padKey: digestBase64(`pad ${holder}`),
  }
}

function digestBase64(text: string): string {
  return Buffer.from(digestOf('test', text).slice(7), 'hex').toString('base64url')
}

async function agree(changes: Changes = {}): Promise<AgreedSession> {
  const { signed, adverts } = await papersOf(changes)
  return agreeSession(desk, await openSession(desk, signed), adverts)
}

const ofOne = (change: object) => (advert: Advert) =>
  advert.holder === H2 ? { ...advert, ...change } : advert

t.test('a session whose papers belong together is agreed on', async (t) => {
  const { transcript, adverts } = await agree()
  t.same(
    adverts.map(({ holder }) => holder),
    holders(3),
  )
  t.equal(transcript.adverts.length, 3)
})

t.test('one member changed, and nobody agrees', async (t) => {
  const cases: [string, Changes, string][] = [
    [
      'a request of another space',
      { request: { spaceId: 'urn:baotu:space:b' } },
      'SIGNATURE_REFUSED',
    ],
    ['an invitation of another request', { invitation: { request: OTHER } }, 'SESSION_MISMATCH'],
    ['of another plan', { invitation: { plan: OTHER } }, 'SESSION_MISMATCH'],
    ['of another gateway', { invitation: { gateway: RELEASE } }, 'SESSION_MISMATCH'],
    ['of another space', { invitation: { spaceId: 'urn:baotu:space:b' } }, 'SESSION_MISMATCH'],
    ['that has expired', { invitation: { expiresAt: PAST } }, 'SESSION_MISMATCH'],
    ['signed by a holder', { signers: { gateway: H1 ?? '' } }, 'SIGNATURE_REFUSED'],
    ['a session of another invitation', { session: { invitation: OTHER } }, 'SESSION_MISMATCH'],
    ['under another sid', { session: { sid: OTHER } }, 'SESSION_MISMATCH'],
    ['of another nonce', { session: { nonce: nonce() } }, 'SESSION_MISMATCH'],
    ['of another authority', { session: { release: GATEWAY } }, 'SESSION_MISMATCH'],
    ['that has expired', { session: { expiresAt: PAST } }, 'SESSION_MISMATCH'],
    ['signed by the gateway', { signers: { release: GATEWAY } }, 'SIGNATURE_REFUSED'],
    ['an advert to another session', { advert: ofOne({ session: OTHER }) }, 'SESSION_MISMATCH'],
    ['to another sid', { advert: ofOne({ sid: OTHER }) }, 'SESSION_MISMATCH'],
    ['for another holder', { advert: ofOne({ holder: H1 }) }, 'SESSION_MISMATCH'],
    [
      'of a part that it was not asked for',
      { advert: ofOne({ parts: [{ part: 'social', dataset: OTHER }] }) },
      'SESSION_MISMATCH',
    ],
    [
      'of a part more',
      { advert: ofOne({ parts: ['tax', 'x'].map((part) => ({ part, dataset: OTHER })) }) },
      'SESSION_MISMATCH',
    ],
    ['an advert less', { adverts: (adverts) => adverts.slice(1) }, 'SESSION_MISMATCH'],
    ['an advert more', { adverts: (adverts) => [...adverts, ...adverts] }, 'SESSION_MISMATCH'],
    ['adverts in another order', { adverts: (adverts) => adverts.reverse() }, 'SIGNATURE_REFUSED'],
  ]
  for (const [what, changes, code] of cases) await t.rejects(agree(changes), { code }, what)
})

t.test('a consumer agrees only to a session of the request that it signed', async (t) => {
  const { signed: papers, adverts } = await papersOf({})
  const consumer = { party: { desk: async () => desk } } as unknown as Consumer
  const state = { papers, adverts } as unknown as QueryState
  await t.rejects(agreeTo(consumer, OTHER, state), { code: 'SESSION_MISMATCH' })
  const { requestDigest: own } = await agreeSession(desk, await openSession(desk, papers), adverts)
  t.ok(await agreeTo(consumer, own, state))
})

t.test('a holder judges by its own policies, and without any it refuses', async (t) => {
  const session = await agree()
  const ledger = { spent: async () => ({}) } as unknown as HolderLedger
  const judged = await judge({ snapshot: compile([]), ledger }, desk, session)
  t.match(judged, { effect: 'deny', code: 'CONTRACT_UNKNOWN', policies: [] })
})

t.test('H names every member of what was shown', async (t) => {
  const fixed = {
    request: { nonce: nonce() },
    invitation: { nonce: nonce() },
    nonce: nonce(),
  }
  const seen = new Set<string>()
  const changes: ((advert: Advert) => object)[] = [
    (advert) => advert,
    ofOne({ policy: digestOf('test', 'policy') }),
    ofOne({ controls: { minCohort: 3 } }),
    ofOne({ parts: [{ part: 'tax', dataset: digestOf('test', 'version') }] }),
    ofOne({ maskKey: digestBase64('x') }),
    ofOne({ padKey: digestBase64('x') }),
  ]
  for (const advert of changes) {
    const { signed, adverts } = await papersOf({ ...fixed, advert })
    seen.add((await agreeSession(desk, await openSession(desk, signed), adverts)).transcriptDigest)
  }
  t.equal(seen.size, changes.length)
  const { signed, adverts } = await papersOf({ ...fixed, advert: (advert) => advert })
  const again = await agreeSession(desk, await openSession(desk, signed), adverts)
  t.ok(seen.has(again.transcriptDigest), 'control: nothing changed, the same H')
})

t.test('a holder takes only confirmations of its own transcript, and its own seed', async (t) => {
  const agreed = await agree()
  const { transcriptDigest: transcript } = agreed
  const { sid } = agreed.session
  const seed = new Uint8Array(81).fill(3)
  const check = async (change: { ofK?: object; ofC?: object; seed?: Uint8Array }) => {
    const { ofK = {}, ofC = {} } = change
    const ofRelease = { type: 'baotu/release-confirmation@1', sid, transcript, ...ofK }
    const seeds = [{ holder: required(H1), sealed: digestBytes(seed) }]
    const ofBank = { type: 'baotu/consumer-confirmation@1', sid, transcript, seeds, ...ofC }
    const body = {
      releaseConfirmation: await sign(RELEASE, KINDS.releaseConfirmation.typ, ofRelease),
      consumerConfirmation: await sign(BANK, KINDS.consumerConfirmation.typ, ofBank),
      seed: encodeBase64url(change.seed ?? seed),
    }
    return checkConfirmations(desk, agreed, body as never, required(H1))
  }
  await check({})
  for (const who of ['ofK', 'ofC']) {
    for (const member of ['sid', 'transcript']) {
      const changed = check({ [who]: { [member]: OTHER } })
      await t.rejects(changed, { code: 'TRANSCRIPT_MISMATCH' }, `${member} ${who}`)
    }
  }
  await t.rejects(check({ seed: seed.with(0, 4) }), { code: 'SEED_REFUSED' })
  await t.rejects(check({ ofC: { seeds: [{ holder: H2, sealed: OTHER }] } }), {
    code: 'SEED_REFUSED',
  })
})

t.test('a pad seed has 32 bytes', async (t) => {
  const { transcriptDigest } = await agree()
  const own = await createSessionKeys(systemRandom)
  const holder = required(H1)
  const sealed = async (bytes: number) => {
    const context = seedContext(transcriptDigest, holder)
    const seed = new Uint8Array(bytes).fill(1)
    return encodeBase64url(await seal({ recipient: own.pad.jwk, ...context }, seed))
  }
  const open = async (bytes: number) =>
    openSeed(holder, { transcriptDigest } as AgreedSession, await sealed(bytes), own)
  t.equal((await open(32)).length, 32)
  for (const bytes of [0, 31, 33]) await t.rejects(open(bytes), { code: 'SEED_REFUSED' })
})

t.test('the release authority takes one submission of each holder, to this H', async (t) => {
  const agreed = await agree()
  const submit = (change: (submission: Submission) => object, did = H2) =>
    Promise.all(
      holders(3).map((holder) => {
        const submission: Submission = {
          type: 'baotu/submission@1',
          sid: agreed.session.sid,
          transcript: agreed.transcriptDigest,
          holder,
          parts: [{ part: 'tax', ciphertexts: [OTHER] }],
        }
        const signed = holder === did ? change(submission) : submission
        return sign(holder, KINDS.submission.typ, signed)
      }),
    )
  const honest = await submit((submission) => submission)
  t.equal((await openSubmissions(desk, agreed, honest)).length, 3)
  const [part] = [{ part: 'tax', ciphertexts: [OTHER] }]
  const changes: [string, object][] = [
    ['to another session', { sid: OTHER }],
    ['to another transcript', { transcript: OTHER }],
    ['for another holder', { holder: H1 }],
    ['with a part twice', { parts: [part, part] }],
    ['with another part', { parts: [{ ...part, part: 'social' }] }],
  ]
  for (const [what, change] of changes) {
    const changed = await submit((submission) => ({ ...submission, ...change }))
    await t.rejects(openSubmissions(desk, agreed, changed), { code: 'SESSION_MISMATCH' }, what)
  }
  for (const some of [honest.slice(1), [...honest, ...honest]]) {
    await t.rejects(openSubmissions(desk, agreed, some), { code: 'SESSION_MISMATCH' })
  }
  await t.rejects(openSubmissions(desk, agreed, honest.toReversed()), { code: 'SIGNATURE_REFUSED' })

  t.test('and adds only the very bytes that were signed', async (t) => {
    const submissions = await openSubmissions(desk, agreed, honest)
    const other = async () => new Uint8Array(94_216)
    await t.rejects(recomputeSums(agreed.plan, submissions, other), { code: 'SESSION_MISMATCH' })
    const more = submissions.map((submission) => {
      return { ...submission, parts: [{ part: 'tax', ciphertexts: [OTHER, OTHER] as Digest[] }] }
    })
    await t.rejects(recomputeSums(agreed.plan, more, other), /ciphertexts of the plan/)
  })
})

t.test('a directory counts for its space, authority and time, a key for its purpose', async (t) => {
  const anchor = {
    spaceId: SPACE,
    authority: AUTHORITY,
    keys: keysOf(keys, AUTHORITY).publicKeys(),
  }
  const opened = async (change: object) => {
    const document = { ...directoryDocument(keys, [product]), ...change }
    const jws = await sign(AUTHORITY, KINDS.directory.typ, document)
    return openDirectory(verifyJws, jws, anchor, { now: NOW, oldest: 0 })
  }
  const directory = await opened({})
  for (const change of [{ spaceId: 'urn:baotu:space:b' }, { authority: GATEWAY }]) {
    await t.rejects(opened(change), { code: 'DIRECTORY_REFUSED' })
  }
  for (const change of [{ validUntil: new Date(NOW).toISOString() }, { issuedAt: SOON }]) {
    await t.rejects(opened(change), { code: 'DIRECTORY_EXPIRED' })
  }
  const { kid } = directory.sealingKey(BANK, 'consumer', NOW)
  t.ok(directory.keys(BANK, 'consumer', 'seal', NOW)(kid))
  t.equal(directory.keys(BANK, 'consumer', 'sign', NOW)(kid), undefined)
})
