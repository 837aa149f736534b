import t from 'tap'
import { blindPanel } from '#connectors/execution/blind'
import { panelVector } from '#connectors/execution/vector'
import { noteVoid } from '#connectors/handlers/note-void'
import { submit } from '#connectors/handlers/submit'
import { createSessionKeys } from '#connectors/session-keys'
import { encodeBase64url } from '#crypto/base64url'
import { digestOf } from '#crypto/digest'
import { open, seal } from '#crypto/envelope'
import { openEncryptCells } from '#crypto/he/encrypt-cells'
import { createSum } from '#crypto/he/evaluate'
import { TAB } from '#crypto/he/parameters'
import { openSessionCells } from '#crypto/he/session-cells'
import { addPairwiseMasks, createMaskKeyPair, derivePairKey } from '#crypto/masks'
import { createPadSeed, derivePadKey } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { verifyJws } from '#crypto/sign/jws'
import { keyPairFromSeed } from '#crypto/sign/key-pair'
import { DEFAULT_CONTROLS } from '#policies/controls'
import { openDirectory } from '#protocol/directory'
import { KINDS } from '#protocol/message-kinds'
import type { Advert, SessionOpening } from '#protocol/messages/session'
import type { SessionPapers, TaskBody } from '#protocol/messages/tasks'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { placeOf } from '#protocol/plans/layout'
import { seedContext } from '#protocol/sealing'
import { agreeSession, openSession } from '#protocol/session-papers'
import { plainGroups } from '../support/plain-source.ts'
import { holders, testProduct, testQuery } from '../support/product.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { testRows } from '../support/rows.ts'
import { smallSpace } from '../support/small-space.ts'
import {
  AUTHORITY,
  directoryDocument,
  GATEWAY,
  keysOf,
  NOW,
  SPACE,
} from '../support/test-directory.ts'
import { payloadOf } from '../support/void-reason.ts'

const transcript = digestOf('test', 'a35')
const product = testProduct()
const plan = planGroupedAggregate(testQuery({ measures: [{ function: 'count' }] }), product)
const panel = required(plan.panels[0])
const shared = await openTestSpace(t, smallSpace())

t.test('A35: the gateway swaps the release authority’s session key', async (t) => {
  t.test('it signs a session of its own for the holders: refused', async (t) => {
    const space = shared
    const cells = openSessionCells({ set: TAB, memoryMb: 256, deadlineMs: 30_000 })
    await using own = await cells.open()
    t.teardown(() => cells[Symbol.asyncDispose]())
    class Swapping extends Relay {
      override papersFor(did: string, papers: SessionPapers): SessionPapers {
        return this.rosterOf().includes(did) ? { ...papers, session: this.forged } : papers
      }
      forged = ''
      override async gatherAdverts(papers: SessionPapers, digest: string) {
        const genuine = payloadOf({ kind: 'void', jws: papers.session }) as SessionOpening
        const publicKey = await this.space.holders
          .get('did:web:h1.example')
          ?.link.putBlob('', own.publicKey)
        const changed = { ...genuine, publicKey: required(publicKey) }
        this.forged = await keysOf(this.space.keys, GATEWAY)
          .signer()
          .sign(KINDS.session.typ, changed)
        return super.gatherAdverts(papers, digest)
      }
    }
    await t.rejects(new Swapping(space).run(), { code: 'SIGNATURE_REFUSED' })
  })

  t.test('it hands out other key bytes under the same digest: refused', async (t) => {
    const space = shared
    class Swapping extends Relay {
      override async submitAs(...[desk, body, digest]: Parameters<Relay['submitAs']>) {
        const cheating = { ...desk.link, getBlob: async () => new Uint8Array(55_881) }
        return super.submitAs({ ...desk, link: cheating }, body, digest)
      }
    }
    await t.rejects(new Swapping(space).run(), { code: /HE_WIRE|SESSION_MISMATCH/ })
  })

  t.test('control: who owns the key reads a single holder’s counts', async (t) => {
    const { read, truth } = await encryptedUnderOwnKey()
    t.equal(read, truth)
  })
})

t.test('A35: the gateway swaps a holder’s mask key or pad key', async (t) => {
  const space = shared
  for (const key of ['maskKey', 'padKey'] as const) {
    for (const shownTo of [
      'did:web:h1.example',
      'did:web:bank.example',
      'did:web:release.example',
    ]) {
      class Swapping extends Relay {
        changed: string[] = []
        override advertsFor(did: string, adverts: readonly string[]) {
          return did === shownTo ? this.changed : [...adverts]
        }
        override async gatherAdverts(papers: SessionPapers, digest: string) {
          const adverts = await super.gatherAdverts(papers, digest)
          const [, second] = adverts
          const genuine = payloadOf({ kind: 'void', jws: required(second) }) as Advert
          const own = encodeBase64url(createMaskKeyPair(systemRandom).publicKey)
          const forged = await keysOf(space.keys, GATEWAY)
            .signer()
            .sign(KINDS.advert.typ, { ...genuine, [key]: own })
          this.changed = adverts.with(1, forged)
          return adverts
        }
      }
      const attempt = new Swapping(space).run()
      await t.rejects(attempt, { code: 'SIGNATURE_REFUSED' }, `${key} shown to ${shownTo}`)
    }
  }

  t.test('control: with mask keys of its own the gateway takes the masks off', async (t) => {
    const [first] = holders(3)
    const rows = plainGroups(testRows(1, 20), panel.question)
    const { coefficients } = panelVector(plan, panel, rows, DEFAULT_CONTROLS, systemRandom)
    const holder = createMaskKeyPair(systemRandom)
    const gateway = [createMaskKeyPair(systemRandom), createMaskKeyPair(systemRandom)]
    const binding = { transcript, panelId: panel.part }
    const pairs = gateway.map(({ publicKey }, peer) => {
      return { index: peer + 1, key: derivePairKey(holder, publicKey, binding) }
    })
    const pad = derivePadKey(createPadSeed(systemRandom), binding)
    blindPanel(panel, coefficients, { index: 0, pad, pairs })
    const seen = required(coefficients[0])
    const place = placeOf(panel.layout, 0).evidence
    const truth = required(rows.find(({ group }) => group === 0)).units
    t.not(seen[place], truth, `${first} is masked`)
    const own = gateway.map((pair, peer) => ({
      index: peer + 1,
      key: derivePairKey(pair, holder.publicKey, binding),
    }))
    const masks = new BigUint64Array(4096)
    addPairwiseMasks(masks, { chunk: 0, ownIndex: 0, pairKeys: own })
    t.equal(((seen[place] ?? 0n) - (masks[place] ?? 0n)) & ((1n << 50n) - 1n), truth)
  })

  t.test('control: with a pad key of its own the gateway opens the seed', async (t) => {
    using seed = Secret.random(32, systemRandom)
    const own = await keyPairFromSeed('seal', seed)
    const context = seedContext(transcript, 'did:web:h2.example')
    const sealed = await seal({ recipient: own.jwk, ...context }, new Uint8Array(32).fill(7))
    t.same(await open({ key: own, ...context }, sealed), new Uint8Array(32).fill(7))
  })
})

t.test('A35: the gateway adds an invented holder', async (t) => {
  const space = shared

  t.test('an advert of a holder that is on no roster: refused', async (t) => {
    class Inventing extends Relay {
      override advertsFor(_did: string, adverts: readonly string[]) {
        return [...adverts, required(adverts[0])]
      }
    }
    await t.rejects(new Inventing(space).run(), { code: 'SESSION_MISMATCH' })
  })

  t.test('a directory with that holder, signed by the gateway: refused', async (t) => {
    const document = directoryDocument(space.keys, [product], { serial: 2 })
    const jws = await keysOf(space.keys, GATEWAY).signer().sign(KINDS.directory.typ, document)
    const anchor = {
      spaceId: SPACE,
      authority: AUTHORITY,
      keys: keysOf(space.keys, AUTHORITY).publicKeys(),
    }
    const opened = openDirectory(verifyJws, jws, anchor, { now: NOW, oldest: 1 })
    await t.rejects(opened, { code: 'SIGNATURE_REFUSED' })
  })

  t.test('an older directory of the authority, with another roster: refused', async (t) => {
    const document = directoryDocument(space.keys, [product], { serial: 1 })
    const authority = keysOf(space.keys, AUTHORITY)
    const jws = await authority.signer().sign(KINDS.directory.typ, document)
    const anchor = { spaceId: SPACE, authority: AUTHORITY, keys: authority.publicKeys() }
    t.ok(await openDirectory(verifyJws, jws, anchor, { now: NOW, oldest: 1 }), 'control')
    const replayed = openDirectory(verifyJws, jws, anchor, { now: NOW, oldest: 2 })
    await t.rejects(replayed, { code: 'DIRECTORY_ROLLED_BACK' })
  })
})

t.test('A35: the gateway shows two holders two different sessions', async (t) => {
  const space = shared
  class TwoFaced extends Relay {
    override advertsFor(did: string, adverts: readonly string[]) {
      return did === 'did:web:h2.example' ? this.other : [...adverts]
    }
    other: string[] = []
    genuine: string[] = []
    papers: SessionPapers | undefined
    override async gatherAdverts(papers: SessionPapers, digest: string) {
      const adverts = await super.gatherAdverts(papers, digest)
      this.papers = papers
      this.genuine = adverts
      // Holder 1 judged by another policy in the version that only holder 2 is shown; a colluding
      // holder 1 even signs it.
      const advert = payloadOf({ kind: 'void', jws: required(adverts[0]) }) as Advert
      const otherPolicy = { ...advert, policy: digestOf('test', 'another policy') }
      const signer = keysOf(space.keys, 'did:web:h1.example').signer()
      this.other = adverts.with(0, await signer.sign(KINDS.advert.typ, otherPolicy))
      return adverts
    }
  }
  const attack = new TwoFaced(space)
  await t.rejects(attack.run(), { code: 'TRANSCRIPT_MISMATCH' })

  t.test('control: without the transcript both versions pass every other check', async (t) => {
    const desk = await required(space.holders.get('did:web:h2.example')).open()
    for (const adverts of [attack.genuine, attack.other]) {
      const agreed = await agreeSession(
        desk,
        await openSession(desk, required(attack.papers)),
        adverts,
      )
      t.equal(agreed.adverts.length, 3)
    }
  })
})

t.test(
  'A35: a second advert of a holder, though signed by itself, is not in its ledger',
  async (t) => {
    const space = shared
    class Substituting extends Relay {
      changed: string[] = []
      override advertsFor() {
        return this.changed
      }
      override async gatherAdverts(papers: SessionPapers, digest: string) {
        const adverts = await super.gatherAdverts(papers, digest)
        const advert = payloadOf({ kind: 'void', jws: required(adverts[0]) }) as Advert
        // As weak as its policy was before a backup was restored.
        const weaker = { ...advert, controls: { ...advert.controls, minCohort: 3 } }
        const signer = keysOf(space.keys, 'did:web:h1.example').signer()
        this.changed = adverts.with(0, await signer.sign(KINDS.advert.typ, weaker))
        return adverts
      }
    }
    await t.rejects(new Substituting(space).run(), { code: 'TRANSCRIPT_MISMATCH' })
  },
)

t.test('A35: a holder restored from backup is asked again', async (t) => {
  const space = shared
  let asked: { body: TaskBody<'submit'>; digest: string } | undefined
  class Remembering extends Relay {
    override async submitAs(...[desk, body, digest]: Parameters<Relay['submitAs']>) {
      if (desk.did === 'did:web:h1.example') asked = { body, digest }
      return super.submitAs(desk, body, digest)
    }
  }
  await new Remembering(space).run()
  const { body, digest } = required(asked)
  const restored = await openTestSpace(t, smallSpace())
  const backup = {
    ...required(space.holders.get('did:web:h1.example')),
    ledger: required(restored.holders.get('did:web:h1.example')).ledger,
  }
  await t.rejects(
    submit(backup, body, digest),
    { code: 'LEDGER_CONFLICT' },
    'not in the backup at all',
  )
  const before = await required(space.holders.get('did:web:h1.example')).ledger.find(digest)
  await reserveAgain(backup, digest, required(before))
  await t.rejects(
    submit(backup, body, digest),
    { code: 'SESSION_KEYS_LOST' },
    'reserved in the backup',
  )

  t.test('control: the same masks and pads twice give the difference of the data', async (t) => {
    const keys = await createSessionKeys(systemRandom)
    const pad = derivePadKey(createPadSeed(systemRandom), { transcript, panelId: 'tax' })
    const pairs = [1, 2].map((index) => {
      const { publicKey } = createMaskKeyPair(systemRandom)
      return { index, key: derivePairKey(keys.mask, publicKey, { transcript, panelId: 'tax' }) }
    })
    const [before, after] = [20, 21].map((count) => {
      const groups = plainGroups(testRows(1, count), panel.question)
      const { coefficients } = panelVector(plan, panel, groups, DEFAULT_CONTROLS, systemRandom)
      blindPanel(panel, coefficients, { index: 0, pad, pairs })
      return required(coefficients[0])
    })
    const at = placeOf(panel.layout, 0).evidence
    t.equal((after?.[at] ?? 0n) - (before?.[at] ?? 0n), 2n, 'one enterprise more in each district')
  })
})

t.test(
  'A26: only the release authority’s void makes a submission count as not released',
  async (t) => {
    const space = shared
    const relay = new Relay(space)
    await relay.run()
    const desk = required(space.holders.get('did:web:h1.example'))
    const entry = required(await desk.ledger.find(relay.invitation))
    const statement = {
      type: 'baotu/void@1' as const,
      sid: entry.sid,
      transcript: entry.transcript,
      reason: 'HOLDER_UNAVAILABLE' as const,
    }
    const papers = { request: 'a.b.c', invitation: 'a.b.c', session: 'a.b.c' }
    const noted = async (did: string, change: object) => {
      const signer = keysOf(space.keys, did).signer()
      const jws = await signer.sign(KINDS.void.typ, { ...statement, ...change })
      return noteVoid(desk, { ...papers, void: jws }, relay.invitation)
    }
    await t.rejects(noted(GATEWAY, {}), { code: 'SIGNATURE_REFUSED' })
    const other = { transcript: digestOf('test', 'other') }
    await t.rejects(noted('did:web:release.example', other), { code: 'TRANSCRIPT_MISMATCH' })
    const ofOther = noted('did:web:release.example', { sid: digestOf('test', 'other') })
    await t.rejects(ofOther, { code: 'SESSION_MISMATCH' })
    t.equal((await desk.ledger.find(relay.invitation))?.state, 'submitted')
    t.same(await noted('did:web:release.example', {}), {})
    t.equal((await desk.ledger.find(relay.invitation))?.state, 'void')
  },
)

async function encryptedUnderOwnKey() {
  const sessions = openSessionCells({ set: TAB, memoryMb: 256, deadlineMs: 30_000 })
  const cells = openEncryptCells({ set: TAB, memoryMb: 256, deadlineMs: 30_000 })
  await using own = await sessions.open()
  const rows = plainGroups(testRows(1, 20), panel.question)
  const { coefficients } = panelVector(plan, panel, rows, DEFAULT_CONTROLS, systemRandom)
  await using cell = await cells.open(own.publicKey)
  const [wire] = await cell.encrypt(coefficients)
  const sum = createSum(TAB)
  sum.add(required(wire))
  const [opened] = await own.open([sum.finish()])
  await cells[Symbol.asyncDispose]()
  await sessions[Symbol.asyncDispose]()
  const read = opened?.[placeOf(panel.layout, 0).evidence]
  return { read, truth: required(rows.find(({ group }) => group === 0)).units }
}

async function reserveAgain(
  backup: Parameters<typeof submit>[0],
  invitation: string,
  { sid, advert }: { readonly sid: string; readonly advert: string },
): Promise<void> {
  const cohort = { part: 'tax', product: product.product, dataset: '', cohorts: '', columns: [] }
  await backup.ledger.transaction((tx) =>
    backup.ledger.reserve(tx, {
      invitation,
      sid,
      request: '',
      contract: '',
      consumer: '',
      consumerGroup: null,
      advert,
      at: NOW,
      cohorts: [cohort],
      spends: [],
    }),
  )
}
