import { readFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { anchorLog } from '#evidence/anchor-log'
import { CosignedStore } from '#evidence/cosigned-store'
import { parseEntry } from '#evidence/entry-form'
import { EntryIndex } from '#evidence/entry-index'
import { fileAnchor } from '#evidence/file-anchor'
import { openFileGuard } from '#evidence/fork-guard'
import { gatherCosignatures } from '#evidence/gather-cosignatures'
import { httpAnchor } from '#evidence/http-anchor'
import { openEvidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { cosigner, ed25519NoteSigner } from '#evidence/note-signer'
import { isOpeningTrue } from '#evidence/opening'
import { type EvidenceReader, OpeningStore } from '#evidence/opening-store'
import { recordSplit } from '#evidence/record-split'
import { ReferenceIndex } from '#evidence/reference-index'
import { formatNote, parseNote } from '#evidence/signed-note'
import { isTagOf, subjectKey, subjectLedger, subjectTag } from '#evidence/subject-tag'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { openCheckpoint } from '#evidence/verify-note'
import { watermarkOf } from '#evidence/watermark'
import { createWitness } from '#evidence/witness'
import { witnessStore } from '#evidence/witness-store'
import type { HttpCall } from '#runtime/http-call'
import type { HttpClient } from '#runtime/http-client'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import { fakeClock, seededRandom } from '../support/fixtures.ts'
import { temporaryFolder } from './made-folder.ts'
import { MadeLog, madeKey } from './made-log.ts'
import { AUTHORITY, answered, BANK, digest, standing, TAX } from './made-story.ts'

const SPACE = 'urn:test'
const ORIGIN = 'gateway.example/log'
const signer = ed25519NoteSigner(ORIGIN, madeKey('gateway'))

async function party(t: Test) {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  const folder = temporaryFolder(t)
  const db = await openStore<Record<string, never>>({ url, party: 'gateway' })
  const guard = await openFileGuard(path.join(folder, 'guard'), ORIGIN)
  const clock = fakeClock()
  const evidence = await openEvidence({ db, spaceId: SPACE, signer, guard, clock })
  t.teardown(async () => {
    await evidence[Symbol.asyncDispose]()
    await db.destroy()
  })
  return { db, evidence, folder, database: logDatabase(db) }
}

t.test('the lineage of a result in one call, by digest or watermark', async (t) => {
  const { evidence, database, db } = await party(t)
  const drafts = [...standing(), ...['one', 'two', 'three'].flatMap(answered)]
  for (let i = 0; i < 60; i++) drafts.push(...answered(`noise ${i}`))
  await Promise.all(drafts.map((draft) => evidence.record(draft)))
  const index = new ReferenceIndex(database, SPACE, ORIGIN)
  for (const id of [digest('two result'), digest('two watermark')]) {
    const [lineage, ...more] = await index.lineage(id)
    t.strictSame(more, [])
    t.equal(lineage?.delivered.entry.request, digest('two request'))
    t.equal(lineage?.inputs.length, 2)
    t.equal(lineage?.contract?.issued?.entry.contract, digest('contract'))
    t.equal(lineage?.plan?.entry.product, digest('product'))
    t.equal(lineage?.grants[0]?.issued?.entry.kind, 'DOMAIN')
  }
  t.strictSame(await index.lineage(digest('nothing')), [])
  const indexed = async () => {
    const { rows } = await sql<{ count: bigint }>`select count(*) as count
      from evidence_reference`.execute(db)
    return rows[0]?.count
  }
  const count = await indexed()
  await sql`truncate evidence_reference, evidence_indexed`.execute(db)
  await index.lineage(digest('two result'))
  t.equal(await indexed(), count, 'a lost index is made again from the entries')
})

t.test('what is sealed opens by role, and is forgotten in time', async (t) => {
  const { db, database } = await party(t)
  const store = new OpeningStore(SPACE, seededRandom('salts'))
  const keep = (value: string, kind: 'VERDICT' | 'SUBJECT', eraseAfter: number, who = BANK) =>
    db.transaction().execute((tx) => store.keep(tx, value, { kind, party: who, eraseAfter }))
  const verdict = await keep('1101', 'VERDICT', 2000)
  const subject = await keep('91370103XX0000043P', 'SUBJECT', 1000)
  t.not(await keep('1101', 'VERDICT', 2000, AUTHORITY), verdict, 'equal values, unequal digests')
  const both = [verdict, subject]
  const shown = async (role: EvidenceReader['role'], did: string) => {
    const openings = await store.show(database.reader, both, { role, did })
    t.ok(openings.every(isOpeningTrue))
    return openings.map(({ kind }) => kind).sort()
  }
  t.strictSame(await shown('PUBLIC', BANK), [])
  t.strictSame(await shown('PARTICIPANT', TAX[0]), [], 'nothing of another’s')
  t.strictSame(await shown('PARTICIPANT', BANK), ['SUBJECT', 'VERDICT'])
  t.strictSame(await shown('AUDITOR', AUTHORITY), ['VERDICT'], 'an auditor sees no subject')
  t.strictSame(await shown('REGULATOR', AUTHORITY), ['SUBJECT', 'VERDICT'])
  t.equal(await db.transaction().execute((tx) => store.erase(tx, 1500)), 1)
  t.strictSame(await shown('REGULATOR', AUTHORITY), ['VERDICT'])
})

t.test('a subject finds the uses of its data, and nobody else does', async (t) => {
  const { evidence } = await party(t)
  const random = seededRandom('tags')
  const hub = random(32)
  const firm = subjectKey(hub, '91370103XX0000043P')
  const other = subjectKey(hub, '91370103XX0000035W')
  const use = (key: Uint8Array, name: string) =>
    evidence.record({
      type: 'product.used',
      actor: AUTHORITY,
      product: digest('product'),
      consumer: BANK,
      request: digest(name),
      subject: subjectTag(key, random),
    })
  for (const name of ['a', 'b', 'c']) await use(firm, name)
  await use(other, 'd')
  const index = new EntryIndex()
  const bundle = await evidence.bundle(0)
  for (const [i, body] of bundle.entries()) index.add(ORIGIN, i, parseEntry(body))
  t.equal(subjectLedger(index, firm).length, 3)
  t.equal(subjectLedger(index, other).length, 1)
  t.equal(subjectLedger(index, random(32)).length, 0)
  const tags = index.all('product.used').map(({ entry }) => entry.subject)
  t.equal(new Set(tags).size, 4, 'no two tags are equal, so the log links nothing')
  t.notOk(bundle.some((body) => Buffer.from(body).includes('91370103')))
  t.notOk(isTagOf(firm, 'tag-'))
})

t.test('cosignatures gather on one checkpoint until the quorum is met', async (t) => {
  const { evidence, database } = await party(t)
  const [draft] = standing()
  if (draft === undefined) return
  const witnesses = ['a', 'b'].map((name) => cosigner(`${name}.example`, madeKey(name)))
  const lines = witnesses.map(({ verifier }) => `witness ${verifier.name} ${verifier.vkey}`)
  const policy = parseTrustPolicy(
    `${lines.join('\n')}\ngroup all all a.example b.example\nquorum all\n`,
  )
  const store = new CosignedStore(database, SPACE, policy.witnesses)
  t.equal(await store.newest(policy), undefined)
  const cosign = async (which: number) => {
    const note = await evidence.checkpoint()
    const { text, signatures } = parseNote(note)
    const line = await witnesses[which]?.cosign(text, 1_700_000_000)
    if (line === undefined) throw new Error('no such witness')
    const { size } = openCheckpoint(note, signer.verifier)
    await store.keep(size, formatNote({ text, signatures: [...signatures, line] }))
    return size
  }
  await evidence.record(draft)
  const both = await cosign(0)
  await cosign(1)
  await evidence.record(draft)
  await cosign(0)
  const newest = (await store.newest(policy)) ?? ''
  t.equal(openCheckpoint(newest, signer.verifier).size, both, 'not the newer one with one line')
  t.equal(parseNote(newest).signatures.length, 3)
})

t.test('one round asks every witness, and a split view goes on record', async (t) => {
  const { evidence, database } = await party(t)
  const [draft] = standing()
  if (draft === undefined) return
  await evidence.record(draft)
  const keys = ['a', 'b'].map((name) => cosigner(`${name}.example`, madeKey(name)))
  const verifiers = keys.map(({ verifier }) => verifier)
  const store = new CosignedStore(database, SPACE, verifiers)
  const witnesses = keys.map((own, i) => {
    const witness = createWitness({
      ...{ cosigners: [own], logs: [signer.verifier], clock: fakeClock() },
      store: witnessStore(database, `urn:${i}`),
      onSplit: async (split) => void (await recordSplit(evidence, AUTHORITY, split)),
    })
    return { verifier: own.verifier, ask: (body: string) => witness.addCheckpoint(body) }
  })
  const down = {
    ...cosigner('c.example', madeKey('c')),
    ask: async () => ({ status: 503, body: '' }),
  }
  const gathered = await gatherCosignatures(evidence, signer.verifier, [...witnesses, down], store)
  t.strictSame(gathered.unavailable, ['c.example'])
  t.equal(parseNote(gathered.note).signatures.length, 3)
  t.equal(await store.newest(parseTrustPolicy('quorum none\n')), gathered.note)
  const forged = new MadeLog(ORIGIN, 'gateway')
  forged.add(draft)
  const answer = await witnesses[0]?.ask(`old 0\n\n${await forged.checkpoint()}`)
  t.equal(answer?.status, 422)
  const entries = (await evidence.bundle(0)).map(parseEntry)
  t.match(entries.at(-1), { type: 'view.split', actor: AUTHORITY })
  const rolledBack = { ...evidence, checkpoint: async () => await forged.checkpoint(0) }
  const refused = gatherCosignatures(
    { ...rolledBack, tile: (level, index) => forged.tile(level, index), bundle: async () => [] },
    ...([signer.verifier, witnesses, store] as const),
  )
  await t.rejects(refused, { code: 'LOG_FORKED' })
})

t.test('a checkpoint’s digest is anchored outside, and where is recorded', async (t) => {
  const { evidence, folder } = await party(t)
  const file = path.join(folder, 'anchors/notary')
  const receipt = await anchorLog(evidence, fileAnchor('NOTARY', file), AUTHORITY)
  const [line = ''] = readFileSync(file, 'utf8').split('\n')
  const { checkpoint } = JSON.parse(line)
  t.match(parseEntry(Buffer.from(receipt.entry)), {
    type: 'anchor.placed',
    chain: 'NOTARY',
    checkpoint,
  })
  const calls: HttpCall[] = []
  const client = clientOf(async (call) => {
    calls.push(call)
    return Buffer.from('height 7')
  })
  await anchorLog(evidence, httpAnchor('QUANCHENG', client, '/evidence'), AUTHORITY)
  t.match(calls, [{ method: 'POST', path: '/evidence', body: { origin: ORIGIN, size: 1 } }])
  t.strictSame(
    Object.keys(Object(calls[0]?.body)),
    ['origin', 'size', 'checkpoint'],
    'digests only',
  )
  const down = clientOf(async () => {
    throw new Error('down')
  })
  const refused = { code: 'ANCHOR_UNAVAILABLE' }
  await t.rejects(
    anchorLog(evidence, httpAnchor('QUANCHENG', down, '/evidence'), AUTHORITY),
    refused,
  )
  await t.rejects(anchorLog(evidence, fileAnchor('NOTARY', folder), AUTHORITY), refused)
})

t.test('a watermark is of one copy of one result', async (t) => {
  const marks = [BANK, AUTHORITY].flatMap((who) =>
    ['a', 'b'].map((it) => watermarkOf(digest(it), who)),
  )
  t.equal(new Set(marks).size, 4)
  t.equal(watermarkOf(digest('a'), BANK), marks[0])
})

function clientOf(bytes: (call: HttpCall) => Promise<Uint8Array>): HttpClient {
  const none = async () => {
    throw new Error('not asked for')
  }
  return { bytes, json: none, send: none, close: none, [Symbol.asyncDispose]: none }
}
