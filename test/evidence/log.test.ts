import { rmSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openFileGuard } from '#evidence/fork-guard'
import { type Evidence, openEvidence } from '#evidence/log'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { parseVerifierKey } from '#evidence/note-key'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { checkReceipt, type Receipt } from '#evidence/receipt'
import { openCheckpoint } from '#evidence/verify-note'
import { openStore } from '#runtime/store/open-store'
import type { ServerPrograms } from '#runtime/store/server-programs'
import { transactionsOf } from '#runtime/store/transaction'
import { testDatabase } from '../support/database.ts'
import { fakeClock, seededRandom } from '../support/fixtures.ts'
import { systemPostgres } from '../support/system-postgres.ts'
import { exported, temporaryFolder, verified } from './made-folder.ts'
import { MadeLog, madeKey } from './made-log.ts'
import { standing } from './made-story.ts'

const ORIGIN = 'gateway.example/log'
const signer = ed25519NoteSigner(ORIGIN, madeKey('gateway'))
const log = parseVerifierKey(signer.verifier.vkey)
const [draft, other] = twoDrafts()

async function place(t: Test, programs?: ServerPrograms) {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS], programs)
  const folder = temporaryFolder(t)
  const open = async (name: string) => {
    const db = await openStore<Record<string, never>>({ url, party: name })
    const guard = await openFileGuard(path.join(folder, name), ORIGIN)
    const clock = fakeClock()
    const evidence = await openEvidence({ db, spaceId: 'urn:test', signer, guard, clock })
    t.teardown(async () => {
      await evidence[Symbol.asyncDispose]()
      await db.destroy()
    })
    const append = async (said = draft): Promise<Receipt> => {
      const appended = await db.transaction().execute((tx) => evidence.append(tx, said))
      return evidence.receipt(appended)
    }
    return { db, evidence, append, guard }
  }
  return { folder, open }
}

t.test('an entry is in the log exactly when its transaction committed', async (t) => {
  const { open } = await place(t)
  const { db, evidence } = await open('one')
  const kept = await db.transaction().execute((tx) => evidence.append(tx, draft))
  const lost: string[] = []
  await t.rejects(
    db.transaction().execute(async (tx) => {
      lost.push((await evidence.append(tx, draft)).ticket)
      throw new Error('the business event failed')
    }),
  )
  const receipt = await evidence.receipt(kept)
  checkReceipt(receipt, log)
  t.equal(receipt.index, 0)
  t.equal(receipt.leafHash, kept.leafHash)
  await t.rejects(evidence.receipt({ ticket: lost[0] ?? '' }), { code: 'RECEIPT_NOT_FOUND' })
  t.equal(openCheckpoint(await evidence.checkpoint(), log).size, 1)
  await t.rejects(evidence.append(db, draft), { code: 'NOT_IN_TRANSACTION' })
  t.match(await evidence.receipt({ ticket: kept.ticket }), { index: 0 }, 'the ticket is enough')
})

t.test('many tickets at once, some placed before, each get their own receipt', async (t) => {
  const { open } = await place(t)
  const { db, evidence } = await open('one')
  const drafts = Array.from({ length: 40 }, (_, i) => (i % 2 ? draft : other))
  const appended = await db.transaction().execute((tx) => evidence.appendAll(tx, drafts))
  await evidence.receipt({ ticket: appended[7]?.ticket ?? '' })
  const asked = [...appended.map(({ ticket }) => ticket), 'no ticket', '0', '9'.repeat(18)]
  const given = await Promise.allSettled(asked.map((ticket) => evidence.receipt({ ticket })))
  for (const [i, { leafHash }] of appended.entries()) {
    const receipt = given[i]?.status === 'fulfilled' ? given[i].value : undefined
    t.match(receipt, { index: i, leafHash })
    if (receipt) checkReceipt(receipt, log)
  }
  const refused = given.slice(40).map((one) => one.status === 'rejected' && one.reason.code)
  t.strictSame(refused, Array(3).fill('RECEIPT_NOT_FOUND'))
})

const distribution = systemPostgres()
const skip = distribution ? false : 'no PostgreSQL 15 or later of a distribution on this machine'
const TWO = 'two replicas, serialisable transactions: every index once, no gap'
t.test(TWO, (t) => twoReplicas(t))
t.test(`${TWO}, on the distribution’s PostgreSQL`, { skip }, (t) => twoReplicas(t, distribution))

t.test('entries nobody asks for are sequenced by the sweep', async (t) => {
  const { open } = await place(t)
  const { db, evidence } = await open('one')
  await db.transaction().execute((tx) => evidence.append(tx, draft))
  const row = async () => {
    const { rows } = await sql<{ size: bigint }>`select size from evidence_head`.execute(db)
    return Number(rows[0]?.size)
  }
  while ((await row()) === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(await row(), 1)
})

t.test('a database rolled back behind a released checkpoint is refused', async (t) => {
  const { open, folder } = await place(t)
  const { db, append, evidence, guard } = await open('one')
  await append()
  await sql`create table kept_head as select * from evidence_head`.execute(db)
  await append()
  const rollBack = async () => {
    await sql`delete from evidence_leaf where idx > 0`.execute(db)
    await sql`update evidence_tile set hashes = substring(hashes for 32)`.execute(db)
    await sql`update evidence_head set size = kept_head.size, note = kept_head.note
      from kept_head`.execute(db)
  }
  await rollBack()
  await t.rejects(append(other), { code: 'LOG_FORKED' })
  await t.rejects(evidence.checkpoint(), { code: 'LOG_FORKED' }, 'and stays refused')
  t.equal(guard.held?.size, 2)
  await rollBack()
  await t.rejects(open('one'), { code: 'LOG_FORKED' }, 'also after a restart')
  await rollBack()
  rmSync(path.join(folder, 'one'))
  await t.resolves(open('one'), 'control: without the guard a second history begins')
})

t.test('a log that cannot be written refuses, and recovers', async (t) => {
  const { open } = await place(t)
  const { db, append } = await open('one')
  await append()
  await sql`alter table evidence_leaf rename to elsewhere`.execute(db)
  await t.rejects(append(), { code: 'LOG_UNAVAILABLE' })
  await sql`alter table elsewhere rename to evidence_leaf`.execute(db)
  t.equal((await append()).index, 2, 'the entry whose receipt failed was kept with its event')
})

t.test('whoever fails while it leads lets the other replica lead', async (t) => {
  const { open } = await place(t)
  const [one, two] = [await open('one'), await open('two')]
  await one.append()
  for (const table of ['evidence_outbox', 'evidence_tile']) {
    await sql`alter table ${sql.table(table)} rename to elsewhere`.execute(one.db)
    await t.rejects(one.evidence.record(draft), { code: 'LOG_UNAVAILABLE' }, table)
    await sql`alter table elsewhere rename to ${sql.table(table)}`.execute(one.db)
    checkReceipt(await two.evidence.record(draft), log)
  }
  await one.evidence.checkpoint()
  t.equal((await two.append()).index, 3, 'also after a lead that found nothing to do')
})

t.test('whoever can write the tables cannot speak for the log', async (t) => {
  const { open } = await place(t)
  const { db, append, evidence } = await open('one')
  await append()
  await append(other)
  await sql`update evidence_leaf set body = (select body from evidence_leaf where idx = 1)
    where idx = 0`.execute(db)
  await t.rejects(evidence.receiptAt(0), { code: 'LOG_FORKED' }, 'an entry was replaced')
  t.equal((await evidence.receiptAt(1)).index, 1, 'the others still stand')
  const forged = new MadeLog(ORIGIN, 'impostor')
  for (const body of await evidence.bundle(0)) forged.addBytes(body)
  await sql`update evidence_tile set hashes = ${await forged.tile(0, 0)}`.execute(db)
  await sql`update evidence_head set note = ${await forged.checkpoint()}`.execute(db)
  await t.rejects(append(), { code: 'LOG_FORKED' }, 'a whole history of another key')
})

t.test('a log of another origin is not continued', async (t) => {
  const { open, folder } = await place(t)
  const { db } = await open('one')
  const guard = await openFileGuard(path.join(folder, 'strange'), 'other.example/log')
  const stranger = ed25519NoteSigner('other.example/log', madeKey('other'))
  const opened = openEvidence({
    db,
    spaceId: 'urn:test',
    signer: stranger,
    guard,
    clock: fakeClock(),
  })
  await t.rejects(opened, { code: 'LOG_UNAVAILABLE' })
})

async function twoReplicas(t: Test, programs?: ServerPrograms): Promise<void> {
  const { open, folder } = await place(t, programs)
  const replicas = [await open('one'), await open('two')]
  const work = replicas.flatMap(({ db, evidence }, replica) => {
    const transact = transactionsOf(db, { random: seededRandom(`replica ${replica}`) })
    return Array.from({ length: 60 }, async (_, i) => {
      if (i % 3 === 0) return evidence.record(draft)
      return evidence.receipt(await transact((tx) => evidence.append(tx, draft)))
    })
  })
  const receipts = await Promise.all(work)
  for (const receipt of receipts) checkReceipt(receipt, log)
  const indexes = receipts.map(({ index }) => index).sort((a, b) => a - b)
  t.strictSame(indexes, [...indexes.keys()])
  for (const { evidence } of replicas.slice(0, 1)) await sameFromScratch(t, evidence, folder)
}

function twoDrafts() {
  const [first, second] = standing()
  if (first === undefined || second === undefined) throw new Error('no drafts')
  return [first, second] as const
}

async function sameFromScratch(t: Test, evidence: Evidence, folder: string): Promise<void> {
  t.equal(openCheckpoint(await evidence.checkpoint(), log).size, 120)
  const made = new MadeLog(ORIGIN, 'gateway')
  for (const body of await evidence.bundle(0)) made.addBytes(body)
  t.equal(await made.checkpoint(), await evidence.checkpoint(), 'the same checkpoint from scratch')
  const place = path.join(folder, 'export')
  await exported(place, [made])
  t.strictSame(verified(place, [made]).findings, [])
}
