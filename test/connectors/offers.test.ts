import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { advertise } from '#connectors/handlers/advertise'
import { noteVoid } from '#connectors/handlers/note-void'
import { submit } from '#connectors/handlers/submit'
import { LEDGER_MIGRATIONS } from '#connectors/ledger/migrations'
import { type Offer, Offers } from '#connectors/ledger/offers'
import { PostgresLedger } from '#connectors/ledger/postgres-ledger'
import type { LedgerDatabase } from '#connectors/ledger/schema'
import { digestOf } from '#crypto/digest'
import { systemRandom } from '#crypto/random'
import type { Entry } from '#evidence/entry'
import { parseEntry } from '#evidence/entry-form'
import { type EvidenceReader, OpeningStore } from '#evidence/opening-store'
import { KINDS } from '#protocol/message-kinds'
import type { SessionPapers } from '#protocol/messages/tasks'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import type { PlainRow } from '../support/plain-source.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { smallSpace } from '../support/small-space.ts'
import { AUDITOR, keysOf, RELEASE, SPACE } from '../support/test-directory.ts'

const HOLDER = 'did:web:h1.example'
// The holder's own space in the database that all parties of a test share.
const OWN_SPACE = `${SPACE}:h1.example`
const named = (word: string) => digestOf('test/offers', word)

/** A part of a product with its data, by words that a reader of a failing test can tell apart. */
function offer(words: string): Offer {
  const [product = '', part = '', dataset = ''] = words.split(' ')
  return { product: named(product), part, dataset: named(dataset) }
}

async function openOffers(t: Test) {
  const url = await testDatabase(t, [LEDGER_MIGRATIONS])
  const db = await openStore<LedgerDatabase>({ url, party: 'connector' })
  t.teardown(() => db.destroy())
  const { transaction } = new PostgresLedger(db, SPACE, systemRandom)
  const told = (entries: readonly { readonly type: string }[]) => entries.map(({ type }) => type)
  return {
    told,
    replace: (words: readonly string[], space = SPACE) =>
      transaction((tx) => new Offers(space, HOLDER).replace(tx, words.map(offer))),
    renew: (words: readonly string[]) =>
      transaction((tx) => new Offers(SPACE, HOLDER).renew(tx, words.map(offer))),
  }
}

t.test('a start tells what is new, changed and gone, and nothing twice', async (t) => {
  const { replace, told } = await openOffers(t)
  const first = await replace(['p tax rows', 'p social heads', 'q tax rows'])
  t.same(told(first), [
    ...['dataset.registered', 'dataset.registered'],
    ...['product.published', 'product.published'],
  ])
  const published = first.find((entry) => entry.type === 'product.published')
  t.match(published, {
    product: named('p'),
    holder: HOLDER,
    datasets: [named('rows'), named('heads')].sort(),
  })
  const same = ['q tax rows', 'p tax rows', 'p social heads']
  t.same(await replace(same), [], 'the same again, in another order')
  const changed = await replace(['p tax newer', 'p social heads', 'q tax rows'])
  t.same(told(changed), ['dataset.registered', 'product.published'])
  t.match(changed, [{ dataset: named('newer') }, { product: named('p') }])
  t.match(await replace(['p tax newer', 'p social heads']), [
    { type: 'product.withdrawn', product: named('q'), reason: 'NOT_CONFIGURED' },
  ])
  t.same(told(await replace(['p tax newer', 'p social heads', 'q tax rows'])), [
    'product.published',
  ])
  t.equal((await replace(['p tax newer'], 'urn:baotu:space:other')).length, 2, 'space by space')
})

t.test('what is renewed in between leaves every other part as it is', async (t) => {
  const { replace, renew, told } = await openOffers(t)
  await replace(['p tax rows', 'p social heads', 'q tax rows'])
  t.same(await renew(['p tax rows']), [])
  const moved = await renew(['p tax newer'])
  t.same(told(moved), ['dataset.registered', 'product.published'])
  t.match(moved[1], { datasets: [named('newer'), named('heads')].sort() })
  t.match(await renew(['r tax newer']), [{ type: 'product.published', product: named('r') }])
})

const rows = smallSpace(12)
const space = await openTestSpace(t, rows)
const desk = required(space.holders.get(HOLDER))

t.test('every step of a holder has its entry, in order', async (t) => {
  const before = (await ownLog()).length
  const relay = new Relay(space)
  t.equal((await relay.run()).kind, 'answer')
  const told = (await ownLog()).slice(before)
  t.same(
    told.map(({ type }) => type),
    [
      ...['dataset.registered', 'product.published'],
      ...['holder.decided', 'holder.reserved', 'holder.checked', 'holder.submitted'],
    ],
    'data that nobody had announced is announced by the advert',
  )
  t.match(told[1], { datasets: entryOf(told, 'holder.submitted').datasets })
  const again = new Relay(space)
  t.equal((await again.run()).kind, 'answer')
  t.same(
    (await ownLog()).slice(before + told.length).map(({ type }) => type),
    ['holder.decided', 'holder.reserved', 'holder.checked', 'holder.submitted'],
    'once',
  )
})

t.test('what the log seals an auditor opens, and it is what happened', async (t) => {
  const few = smallSpace(12)
  const source = few.sources(HOLDER, 'tax')
  const isFirst = ({ codes }: PlainRow) => codes['section'] === 'C'
  const [one, two] = source.rows.filter(isFirst)
  const others = source.rows.filter((row) => !isFirst(row))
  Object.assign(source, { rows: [required(one), required(two), ...others] })
  const planted = await openTestSpace(t, few)
  const own = required(planted.holders.get(HOLDER))
  const relay = new Relay(planted)
  await relay.run()
  const log = await ownLog(own)
  const openings = new OpeningStore(OWN_SPACE, systemRandom)
  const show = (digest: string, role: EvidenceReader['role']) =>
    own.ledger.transaction((tx) => openings.show(tx, { role, did: AUDITOR }, [digest]))
  const { verdicts } = entryOf(log, 'holder.checked')
  const [checked] = await show(verdicts, 'REGULATOR')
  const parts: Record<string, string> = JSON.parse(JSON.parse(checked?.text ?? '').value)
  const vetoes = await own.ledger.vetoes(relay.invitation)
  const digits = [...required(parts['tax'])]
  t.ok(vetoes.length > 0, 'two firms are too few for the p % rule')
  t.same(
    digits.flatMap((digit, group) => (digit === '0' ? [group] : [])),
    vetoes.map(({ group }) => group),
  )
  t.notMatch(checked?.text, /OC|rule/, 'and not why')
  t.same(await show(verdicts, 'PUBLIC'), [])
  t.same(await show(verdicts, 'AUDITOR'), [], 'it says something of this holder’s rows')
  const [reserved] = await show(entryOf(log, 'holder.reserved').ledger, 'AUDITOR')
  t.match(JSON.parse(JSON.parse(reserved?.text ?? '').value), {
    counters: {},
    cohorts: [{ part: 'tax', dataset: entryOf(log, 'holder.submitted').datasets[0] }],
  })
})

t.test('a submission that could not be stored has checked nothing', async (t) => {
  const before = (await ownLog()).length
  const kept = await openingCount()
  class Failing extends Relay {
    override async submitAs(...[own, body, digest]: Parameters<Relay['submitAs']>) {
      const appendAll = () => Promise.reject(new Error('the log cannot be written'))
      const broken = own.did === HOLDER ? { ...own, evidence: { appendAll } as never } : own
      return super.submitAs(broken, body, digest)
    }
  }
  await t.rejects(new Failing(space).run(), /cannot be written/)
  const told = (await ownLog()).slice(before).map(({ type }) => type)
  t.same(told, ['holder.decided', 'holder.reserved'])
  t.equal(await openingCount(), kept + 1, 'the opening of what was reserved, and no other')
})

t.test('a refusal is on record, why is sealed, and nothing is spent', async (t) => {
  const before = (await ownLog()).length
  const deny = {
    effect: 'deny',
    code: 'DENY_NO_PERMIT',
    policy: named('all'),
    policies: [],
  } as const
  class Refused extends Relay {
    override async gatherAdverts(papers: SessionPapers, digest: string) {
      await advertise({ ...desk, judge: async () => deny }, papers, digest)
      return []
    }
  }
  const relay = new Refused(space)
  await t.rejects(relay.run(), { code: 'HOLDER_REFUSES', reason: 'DENY_NO_PERMIT' })
  t.equal(await desk.ledger.find(relay.invitation), undefined)
  const told = (await ownLog()).slice(before)
  t.match(told, [{ type: 'holder.decided', decision: 'DENY', policy: named('all') }])
  t.equal(told.length, 1)
  t.notMatch(JSON.stringify(told), 'NO_PERMIT')
  const { reason } = entryOf(told, 'holder.decided')
  const reader = { role: 'REGULATOR', did: AUDITOR } as const
  const [opening] = await desk.ledger.transaction((tx) => {
    return new OpeningStore(OWN_SPACE, systemRandom).show(tx, reader, [reason ?? ''])
  })
  t.match(opening, { kind: 'REASON', text: /DENY_NO_PERMIT/ })
})

t.test('a task that comes again tells nothing again', async (t) => {
  class Twice extends Relay {
    override async submitAs(...[own, body, digest]: Parameters<Relay['submitAs']>) {
      const first = await submit(own, body, digest)
      t.same(await submit(own, body, digest), first)
      return first.submission
    }
  }
  const before = (await ownLog()).length
  await new Twice(space).run()
  t.equal((await ownLog()).length - before, 4)
})

t.test('a void is noted by its session, whether or not anything was submitted', async (t) => {
  const before = (await ownLog()).length
  class Leaving extends Relay {
    override async submitAs(): Promise<string> {
      throw new Error('left')
    }
  }
  const relay = new Leaving(space)
  await t.rejects(relay.run(), /left/)
  const known = required(await desk.ledger.find(relay.invitation))
  const statement = { type: 'baotu/void@1', sid: known.sid, reason: 'SESSION_LOST' } as const
  const jws = await keysOf(space.keys, RELEASE)
    .signer()
    .sign(KINDS.void.typ, { ...statement, transcript: null })
  const papers = { request: 'a.b.c', invitation: 'a.b.c', session: 'a.b.c' }
  for (const _ of ['once', 'again']) {
    await noteVoid(desk, { ...papers, void: jws }, relay.invitation)
  }
  const told = (await ownLog()).slice(before)
  t.same(
    told.map(({ type }) => type),
    ['holder.decided', 'holder.reserved', 'holder.voided'],
    'nothing checked or submitted is claimed',
  )
  t.match(told.at(-1), { session: known.sid, reason: 'SESSION_LOST', transcript: undefined })
})

t.test('data that moved on since the start is announced before it is used', async (t) => {
  const source = rows.sources(HOLDER, 'tax')
  const all = source.rows
  t.teardown(() => Object.assign(source, { rows: all }))
  const before = (await ownLog()).length
  Object.assign(source, { rows: all.slice(1) })
  await new Relay(space).run()
  const told = (await ownLog()).slice(before)
  t.same(
    told.slice(0, 3).map(({ type }) => type),
    ['dataset.registered', 'product.published', 'holder.decided'],
  )
  t.match(told.at(-1), {
    type: 'holder.submitted',
    datasets: [entryOf(told, 'dataset.registered').dataset],
  })
})

async function ownLog({ evidence } = desk): Promise<Entry[]> {
  await evidence.checkpoint()
  return (await evidence.bundle(0)).map((bytes) => parseEntry(bytes))
}

function entryOf<T extends Entry['type']>(entries: readonly Entry[], type: T): Entry<T> {
  const found = entries.find((entry): entry is Entry & Entry<T> => entry.type === type)
  return required(found)
}

async function openingCount(): Promise<number> {
  const { rows: counted } = await desk.ledger.transaction((tx) =>
    sql<{ count: string }>`select count(*) as count from evidence_opening
      where space_id = ${OWN_SPACE}`.execute(tx),
  )
  return Number(counted[0]?.count)
}
