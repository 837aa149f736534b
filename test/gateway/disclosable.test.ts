import { sql } from 'kysely'
import t from 'tap'
import { parseEntry } from '#evidence/entry-form'
import { isOpeningTrue } from '#evidence/opening'
import type { EvidenceReader, KeptOpening } from '#evidence/opening-store'
import { storedInputs } from '#evidence/stored-inputs'
import { sweep } from '#gateway/sweeper'
import { requestDigest } from '#protocol/session'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway, type TestGateway } from './support/gateway.ts'
import { requestOf } from './support/request.ts'
import { SPACE } from './support/space.ts'

const REFERENCE = 'QRT-2026-000123'
const HOUR = 3_600_000
// An hour's term ends with the day after it at the latest.
const PAST = 25 * HOUR + 1

function replicaOf(gateway: TestGateway) {
  const [replica] = gateway.replicas
  if (replica === undefined) throw new Error('no replica')
  return replica
}

async function shown(
  gateway: TestGateway,
  role: EvidenceReader['role'],
  did = '',
): Promise<KeptOpening[]> {
  const { desk, db } = replicaOf(gateway)
  return await desk.openings.show(db, { role, did })
}

function kindsOf(openings: readonly KeptOpening[]): string[] {
  return openings.map(({ kind }) => kind).sort()
}

/** The authority goes on signing directories, whatever the hour. */
function laterDirectory(gateway: TestGateway, serial: number): void {
  const now = gateway.space.clock.now()
  const validUntil = new Date(now + 20 * HOUR).toISOString()
  gateway.world.directory = { serial, issuedAt: new Date(now).toISOString(), validUntil }
}

async function entriesOf(gateway: TestGateway) {
  const { evidence } = replicaOf(gateway)
  await evidence.checkpoint()
  return (await evidence.bundle(0)).map(parseEntry)
}

async function mentions(gateway: TestGateway, word: string): Promise<string[]> {
  const { db } = replicaOf(gateway)
  const tables = ['query', 'query_attempt', 'query_holder', 'evidence_opening', 'evidence_leaf']
  const found: string[] = []
  for (const table of tables) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(
      db,
    )
    const texts = rows.flatMap((row) => Object.values(row)).map(decoded)
    if (texts.some((text) => text.includes(word))) found.push(table)
  }
  return found
}

// A signed message is looked into as well.
function decoded(value: unknown): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)
  const payload = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()
  return `${text} ${payload}`
}

t.test('what the records of a question stand for is kept with them', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const parties = new Counterparts(gateway)
  const { bank, jinan } = parties.members
  await parties.playTo('released', { requestRef: REFERENCE })
  const all = await shown(gateway, 'REGULATOR')
  const submissions = ['SUBMISSION', 'SUBMISSION', 'SUBMISSION']
  t.same(kindsOf(all), ['PLAN', 'REFERENCE', 'REQUEST', ...submissions])
  t.ok(all.every(isOpeningTrue))
  const named = (await entriesOf(gateway)).flatMap((entry) => Object.values(entry).flat())
  t.ok(
    all.every(({ digest }) => named.includes(digest)),
    'each is of a digest that the log names',
  )

  t.same(await shown(gateway, 'PUBLIC', bank.did), [])
  t.same(kindsOf(await shown(gateway, 'AUDITOR')), ['PLAN', ...submissions])
  t.same(kindsOf(await shown(gateway, 'PARTICIPANT', bank.did)), ['REFERENCE', 'REQUEST'])
  t.same(kindsOf(await shown(gateway, 'PARTICIPANT', jinan.did)), ['SUBMISSION'])
  const seen = JSON.stringify(await shown(gateway, 'AUDITOR'))
  t.notOk(seen.includes(REFERENCE), 'no opening for an auditor leads to the reference')
  t.ok(JSON.stringify(all).includes(REFERENCE), 'control: one for a regulator does')
})

t.test('the ciphertexts of a release are offered while they are stored', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1, timing: { retentionMs: HOUR } })
  const parties = new Counterparts(gateway)
  const { db } = replicaOf(gateway)
  await parties.playTo('releasing')
  t.same(await storedInputs(db, SPACE), [], 'of no sum that was not released')
  await parties.playRelease()
  const inputs = await storedInputs(db, SPACE)
  const submitted = (await entriesOf(gateway)).flatMap((entry) => {
    return entry.type === 'input.submitted' ? entry.ciphertexts : []
  })
  t.same(inputs.map(({ digest }) => digest).toSorted(), submitted.toSorted())
  t.same(await storedInputs(db, 'urn:another'), [])
  gateway.space.clock.advance(HOUR + 1)
  await sweep(replicaOf(gateway))
  t.same(await storedInputs(db, SPACE), [])
})

t.test('a refused question can be disclosed as well', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const parties = new Counterparts(gateway)
  t.equal((await parties.ask({ purpose: 'bt:purpose/marketing' })).status, 403)
  t.same(kindsOf(await shown(gateway, 'REGULATOR')), ['PLAN', 'REFERENCE', 'REQUEST'])
})

t.test('after its term what was asked is forgotten, and the log says so', async (t) => {
  const timing = { disclosableMs: HOUR, retentionMs: 60_000 }
  const gateway = await openTestGateway(t, { replicas: 1, timing })
  const parties = new Counterparts(gateway)
  const request = await parties.playTo('acknowledged', { requestRef: REFERENCE })
  const kept = (await shown(gateway, 'REGULATOR')).length
  gateway.space.clock.advance(HOUR - 1)
  await sweep(replicaOf(gateway))
  t.equal((await shown(gateway, 'REGULATOR')).length, kept, 'not before')
  t.same(await mentions(gateway, REFERENCE), ['query', 'evidence_opening'], 'control')

  gateway.space.clock.advance(PAST)
  const before = gateway.space.clock.now()
  await sweep(replicaOf(gateway))
  t.same(await shown(gateway, 'REGULATOR'), [])
  t.same(await mentions(gateway, REFERENCE), [], 'no table knows the reference any more')
  const erased = async () => {
    return (await entriesOf(gateway)).filter(({ type }) => type === 'evidence.erased')
  }
  t.match(await erased(), [{ actor: gateway.space.members.gateway.did, openings: kept, before }])
  await sweep(replicaOf(gateway))
  t.equal((await erased()).length, 1, 'nothing erased, nothing said')
  laterDirectory(gateway, 2)
  const { status, json } = await parties.state(request)
  t.match({ status, json }, { status: 200, json: { stage: 'acknowledged', papers: undefined } })
})

t.test('what is under way is not forgotten; what is asked again is kept anew', async (t) => {
  const timing = { disclosableMs: 1000, openingMs: 30 * HOUR }
  const gateway = await openTestGateway(t, { replicas: 1, timing })
  const parties = new Counterparts(gateway)
  const asked = requestOf(gateway.space, gateway.world.snapshot, { requestRef: REFERENCE })
  await parties.submit(asked)
  gateway.space.clock.advance(PAST)
  await sweep(replicaOf(gateway))
  t.ok((await mentions(gateway, REFERENCE)).includes('query'), 'the session goes on with it')
  gateway.space.clock.advance(6 * HOUR)
  laterDirectory(gateway, 2)
  await sweep(replicaOf(gateway))
  t.match((await parties.state(requestDigest(asked))).json, { stage: 'void' })
  await sweep(replicaOf(gateway))
  t.same(await mentions(gateway, REFERENCE), [])
  t.match((await parties.submit(asked)).json, { code: 'REQUEST_STALE' })
  await sweep(replicaOf(gateway))
  t.same(await mentions(gateway, REFERENCE), ['query', 'evidence_opening'], 'the decision is new')
})
