import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { type ForkGuard, openFileGuard } from '#evidence/fork-guard'
import { openEvidence } from '#evidence/log'
import { LogStore } from '#evidence/log-store'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { parseVerifierKey } from '#evidence/note-key'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { checkReceipt } from '#evidence/receipt'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import { fakeClock } from '../support/fixtures.ts'
import { temporaryFolder } from './made-folder.ts'
import { madeKey } from './made-log.ts'
import { standing } from './made-story.ts'

const ORIGIN = 'gateway.example/log'
const signer = ed25519NoteSigner(ORIGIN, madeKey('gateway'))
const log = parseVerifierKey(signer.verifier.vkey)

/** A log whose guard waits at a gate that the test opens, or fails there. */
async function gatedLog(t: Test) {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  const db = await openStore<Record<string, never>>({ url, party: 'test' })
  const real = await openFileGuard(path.join(temporaryFolder(t), 'guard'), ORIGIN)
  const gates: PromiseWithResolvers<void>[] = []
  let isGated = false
  const guard: ForkGuard = {
    get held() {
      return real.held
    },
    release: async (next, rootAt) => {
      const gate = Promise.withResolvers<void>()
      if (isGated) gates.push(gate)
      else gate.resolve()
      await gate.promise
      await real.release(next, rootAt)
    },
    [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
  }
  const clock = fakeClock()
  const evidence = await openEvidence({
    db,
    spaceId: 'urn:test',
    signer,
    guard,
    clock,
    sweepMs: 1e6,
  })
  isGated = true
  t.teardown(async () => {
    isGated = false
    for (const gate of gates) gate.resolve()
    await evidence[Symbol.asyncDispose]()
    await db.destroy()
  })
  const gate = async (index: number) => {
    while (gates[index] === undefined) await delay(5)
    return gates[index]
  }
  const stored = async (size: number) => {
    const read = sql<{ size: bigint }>`select size from evidence_head`
    while (Number((await read.execute(db)).rows[0]?.size) < size) await delay(5)
  }
  return { db, evidence, gate, gates, stored }
}

const [draft] = standing()
if (draft === undefined) throw new Error('no draft')

t.test(
  'nothing is acknowledged before the guard has it; the next batch is stored by then',
  async (t) => {
    const { evidence, gate, gates, stored } = await gatedLog(t)
    const told: string[] = []
    const first = evidence.record(draft).finally(() => told.push('first'))
    const opened = await gate(0)
    const second = evidence.record(draft).finally(() => told.push('second'))
    await stored(2)
    t.strictSame(told, [], 'both are stored, neither is released')
    t.equal(gates.length, 1, 'batches pass the guard one after the other')
    opened.resolve()
    checkReceipt(await first, log)
    t.strictSame(told, ['first'])
    ;(await gate(1)).resolve()
    const receipt = await second
    checkReceipt(receipt, log)
    t.equal(receipt.index, 1)
  },
)

t.test('a receipt asked for while its batch is on the way comes with it', async (t) => {
  const { db, evidence, gate, gates } = await gatedLog(t)
  const both = await db.transaction().execute((tx) => evidence.appendAll(tx, [draft, draft]))
  const [one, two] = both
  const early = evidence.receipt(one ?? { ticket: '' })
  const opened = await gate(0)
  const late = evidence.receipt(two ?? { ticket: '' })
  opened.resolve()
  const receipts = [await early, await late]
  for (const receipt of receipts) checkReceipt(receipt, log)
  t.equal(receipts[1]?.checkpoint, receipts[0]?.checkpoint)
  const after = await evidence.receipt(two ?? { ticket: '' })
  t.equal(after.checkpoint, receipts[0]?.checkpoint, 'and later from what was released last')
  t.equal(gates.length, 1, 'one batch did for all three')
})

t.test('a guard that cannot write fails its batch alone', async (t) => {
  const { evidence, gate, stored } = await gatedLog(t)
  const first = t.rejects(evidence.record(draft), { code: 'LOG_UNAVAILABLE' })
  const opened = await gate(0)
  const second = evidence.record(draft)
  await stored(2)
  opened.reject(new Error('no space left on device'))
  await first
  ;(await gate(1)).resolve()
  checkReceipt(await second, log)
})

t.test('of a history that was rolled back neither batch on its way is released', async (t) => {
  const { db, evidence, gate, stored } = await gatedLog(t)
  const record = async (index: number) => {
    const receipt = evidence.record(draft)
    ;(await gate(index)).resolve()
    return receipt
  }
  await record(0)
  await sql`create table kept_head as select * from evidence_head`.execute(db)
  await record(1)
  await sql`delete from evidence_leaf where idx > 0`.execute(db)
  await sql`update evidence_tile set hashes = substring(hashes for 32)`.execute(db)
  await sql`update evidence_head set size = kept_head.size, note = kept_head.note
    from kept_head`.execute(db)
  const forked = { code: 'LOG_FORKED' }
  const first = t.rejects(evidence.record({ ...draft, actor: 'did:web:other.example' }), forked)
  const opened = await gate(2)
  const second = t.rejects(evidence.record(draft), forked)
  await stored(3)
  opened.resolve()
  await first
  ;(await gate(3)).resolve()
  await second
})

t.test('a leader that lost its lock stores nothing on a head that has moved', async (t) => {
  const { db, evidence, gate, stored } = await gatedLog(t)
  const store = new LogStore('urn:test')
  const first = evidence.record(draft)
  ;(await gate(0)).resolve()
  await first
  await db.connection().execute(async (session) => {
    const { size, note } = await store.lead(session, 10)
    await store.leave(session)
    const second = evidence.record(draft)
    ;(await gate(1)).resolve()
    await second
    const late = { from: size, to: size + 1, note, tickets: [], tiles: [] }
    const bodies = [Buffer.from('late')]
    await t.rejects(store.grow(session, { ...late, bodies }), { code: 'LOG_HEAD_MOVED' })
    const strange = { ...late, from: size + 1, to: size + 2, tickets: ['999'], bodies: [] }
    await t.rejects(store.grow(session, strange), /0 of 1 entries are in the outbox/)
  })
  await stored(2)
  const { rows } = await sql<{ idx: bigint }>`select idx from evidence_leaf order by idx`.execute(
    db,
  )
  t.strictSame(
    rows.map(({ idx }) => Number(idx)),
    [0, 1],
  )
})
