import path from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { CosignedStore } from '#evidence/cosigned-store'
import { disclose } from '#evidence/disclose'
import { parseEntry } from '#evidence/entry-form'
import { EntryIndex } from '#evidence/entry-index'
import { openFileGuard } from '#evidence/fork-guard'
import { gatherCosignatures } from '#evidence/gather-cosignatures'
import { type Evidence, openEvidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { cosigner, ed25519NoteSigner } from '#evidence/note-signer'
import { isOpeningTrue, sealValue } from '#evidence/opening'
import { type EvidenceReader, endOfTerm, OpeningStore } from '#evidence/opening-store'
import { recordSplit } from '#evidence/record-split'
import { ReferenceIndex } from '#evidence/reference-index'
import { formatNote, parseNote } from '#evidence/signed-note'
import { isTagOf, subjectKey, subjectLedger, subjectTag } from '#evidence/subject-tag'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { openCheckpoint } from '#evidence/verify-note'
import { watermarkOf } from '#evidence/watermark'
import { createWitness } from '#evidence/witness'
import { witnessStore } from '#evidence/witness-store'
import { forgetExpired, startForgetting } from '#party/forgetting'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import { fakeClock, seededRandom } from '../support/fixtures.ts'
import { temporaryFolder } from './made-folder.ts'
import { MadeLog, madeKey } from './made-log.ts'
import { AUTHORITY, answered, BANK, digest, GATEWAY, standing, TAX } from './made-story.ts'

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
    const openings = await store.show(database.reader, { role, did }, both)
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

t.test('what several records name is kept for the longest of their terms', async (t) => {
  const { db, database } = await party(t)
  const store = new OpeningStore(SPACE, seededRandom('salts'))
  const plan = sealValue('plan', seededRandom('plan'))
  const keep = (eraseAfter: number) => {
    const opening = { ...plan, kind: 'PLAN', eraseAfter } as const
    return db.transaction().execute((tx) => store.keepSealed(tx, [opening]))
  }
  for (const eraseAfter of [1000, 3000, 2000]) await keep(eraseAfter)
  const erase = (now: number) => db.transaction().execute((tx) => store.erase(tx, now))
  t.equal(await erase(2500), 0)
  const auditor = { role: 'AUDITOR', did: AUTHORITY } as const
  const shown = await store.show(database.reader, auditor)
  t.match(shown, [{ digest: plan.digest, kind: 'PLAN' }])
  const other = new OpeningStore('urn:other', seededRandom('salts'))
  t.same(await other.show(database.reader, auditor), [], 'each space has its own')
  t.equal(await db.transaction().execute((tx) => other.erase(tx, 9000)), 0)
  t.equal(await erase(3001), 1)
  const [today, tomorrow] = [endOfTerm(0, 1), endOfTerm(86_400_000, 1)]
  t.same([today, endOfTerm(86_399_998, 1)], [86_400_000, 86_400_000], 'the day, not the moment')
  t.equal(tomorrow, 2 * 86_400_000)
})

t.test('a party forgets past the term and records it, or does neither', async (t) => {
  const { db, database, evidence } = await party(t)
  const openings = new OpeningStore(SPACE, seededRandom('salts'))
  const keep = (eraseAfter: number) =>
    db.transaction().execute((tx) => openings.keep(tx, '1101', { kind: 'VERDICT', eraseAfter }))
  for (const eraseAfter of [1000, 1000, 9000]) await keep(eraseAfter)
  const forgetting = { did: BANK, db, openings, now: () => 2000 }
  const left = async () =>
    (await openings.show(database.reader, { role: 'REGULATOR', did: BANK })).length
  const full: Evidence = Object.assign(Object.create(evidence), {
    append: async () => {
      throw new Error('No space left on device')
    },
  })
  await t.rejects(forgetExpired({ ...forgetting, evidence: full }))
  t.equal(await left(), 3, 'a log that cannot be written keeps them')
  const logged: object[] = []
  const log = { error: (fields: object) => void logged.push(fields) }
  await startForgetting({ ...forgetting, evidence: full, log })[Symbol.asyncDispose]()
  t.match(logged, [{ code: String }], 'and the party runs on')
  await startForgetting({ ...forgetting, evidence, log })[Symbol.asyncDispose]()
  t.equal(await left(), 1)
  await evidence.checkpoint()
  const entries = (await evidence.bundle(0)).map(parseEntry)
  t.match(entries, [{ type: 'evidence.erased', actor: BANK, openings: 2, before: 2000 }])
  t.equal(await forgetExpired({ ...forgetting, evidence }), 0)
})

t.test('nothing is disclosed that the log could not record', async (t) => {
  const { db, database, evidence } = await party(t)
  const openings = new OpeningStore(SPACE, seededRandom('salts'))
  const kept = { kind: 'VERDICT', eraseAfter: 9000 } as const
  await db.transaction().execute((tx) => openings.keep(tx, '1101', kept))
  const discloser = { did: GATEWAY, database, openings }
  const full: Evidence = Object.assign(Object.create(evidence), {
    record: async () => {
      throw new Error('No space left on device')
    },
  })
  const auditor = { role: 'AUDITOR', did: AUTHORITY } as const
  await t.rejects(disclose([{ ...discloser, evidence: full }], auditor), /No space/)
  t.equal((await disclose([{ ...discloser, evidence }], auditor)).length, 1)
  const nobody = { role: 'PUBLIC', did: AUTHORITY } as const
  t.same(await disclose([{ ...discloser, evidence: full }], nobody), [], 'nothing, and no record')
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
  const { evidence, database, db } = await party(t)
  const [draft] = standing()
  if (draft === undefined) return
  const witnesses = ['a', 'b'].map((name) => cosigner(`${name}.example`, madeKey(name)))
  const lines = witnesses.map(({ verifier }) => `witness ${verifier.name} ${verifier.vkey}`)
  const policy = parseTrustPolicy(
    `${lines.join('\n')}\ngroup all all a.example b.example\nquorum all\n`,
  )
  const keys = [signer.verifier, ...policy.witnesses]
  const store = new CosignedStore(database, SPACE, keys)
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

  for (let i = 0; i < 130; i += 1) {
    await evidence.record(draft)
    await store.keep(both + 2 + i, await evidence.checkpoint())
  }
  t.equal(await store.newest(policy), newest, 'however many checkpoints gathered nothing since')
  const rows = async () => {
    const { rows } = await sql<{ size: bigint }>`select size from evidence_cosigned
      order by size`.execute(db)
    return rows.map(({ size }) => Number(size))
  }
  await store.prune(parseTrustPolicy(`${lines[0]}\nquorum ${witnesses[0]?.verifier.name}\n`))
  t.equal((await rows())[0], both + 1, 'a lower quorum is met by a newer one')
  t.equal((await rows()).length, 131)
  t.equal(await store.newest(policy), await store.last(), 'none is left that meets the other')
  await store.prune(policy)
  t.equal((await rows()).length, 131, 'nothing is forgotten while none meets the quorum')
  await cosign(0)
  await cosign(1)
  await store.prune(policy)
  t.strictSame(await rows(), [both + 131])
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

t.test('a watermark is of one copy of one result', async (t) => {
  const marks = [BANK, AUTHORITY].flatMap((who) =>
    ['a', 'b'].map((it) => watermarkOf(digest(it), who)),
  )
  t.equal(new Set(marks).size, 4)
  t.equal(watermarkOf(digest('a'), BANK), marks[0])
})
