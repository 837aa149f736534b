import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { STRICT_RULES } from '#evidence/chain-rules'
import { cosignedBy, withCosignatures, witnessRequest } from '#evidence/cosigned-log'
import { logFolder } from '#evidence/evidence-folder'
import { logDatabase } from '#evidence/log-database'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { cosigner } from '#evidence/note-signer'
import { parseNote } from '#evidence/signed-note'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { verifyEvidence } from '#evidence/verify'
import { verifyNote } from '#evidence/verify-note'
import { createWitness, type SplitView, type Witness, type WitnessStore } from '#evidence/witness'
import { witnessStore } from '#evidence/witness-store'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import { fakeClock } from '../support/fixtures.ts'
import { exported, temporaryFolder } from './made-folder.ts'
import { MadeLog, madeKey } from './made-log.ts'
import { standing } from './made-story.ts'

const own = cosigner('tax.jinan.example/witness', madeKey('tax'))

function memoryStore(): WitnessStore {
  const notes = new Map<string, { size: number; note: string }>()
  return {
    latest: async (origin) => notes.get(origin)?.note,
    advance: async (origin, from, size, note) => {
      if ((notes.get(origin)?.size ?? 0) !== from) return false
      notes.set(origin, { size, note })
      return true
    },
  }
}

function watching(log: MadeLog, store = memoryStore(), cosigners = [own]) {
  const splits: SplitView[] = []
  const onSplit = async (split: SplitView) => void splits.push(split)
  const logs = [log.signer.verifier]
  return { splits, witness: createWitness({ cosigners, logs, store, clock: fakeClock(), onSplit }) }
}

function grown(seed: string, entries: number, first = 0): MadeLog {
  const log = new MadeLog('gateway.example/log', seed)
  for (let i = 0; i < entries; i++) for (const draft of standing().slice(first)) log.add(draft)
  return log
}

async function request(log: MadeLog, old: number): Promise<string> {
  return witnessRequest(log, log.signer.verifier, old, await log.checkpoint())
}

t.test('a witness follows a log that only grows', async (t) => {
  const log = grown('gateway', 3)
  const { witness, splits } = watching(log)
  const first = await witness.addCheckpoint(await request(log, 0))
  t.equal(first.status, 200)
  t.match(verifyNote(parseNote((await log.checkpoint()) + first.body), [own.verifier]), [
    { time: 1_700_000_000n },
  ])
  for (let i = 0; i < 40; i++) {
    const old = log.bodies.length
    for (const draft of standing()) log.add(draft)
    t.equal((await witness.addCheckpoint(await request(log, old))).status, 200)
  }
  t.equal((await witness.addCheckpoint(await request(log, log.bodies.length))).status, 200, 'again')
  t.strictSame(splits, [])
})

t.test('each refusal of the specification', async (t) => {
  const log = grown('gateway', 3)
  const { witness } = watching(log)
  const good = await request(log, 0)
  const status = async (body: string) => (await witness.addCheckpoint(body)).status
  t.equal(await status('nonsense'), 400)
  t.equal(await status(good.replace('old 0', 'old 00')), 400)
  t.equal(await status(good.replace('old 0', 'old 25')), 400, 'old beyond the checkpoint')
  t.equal(await status(`old 0\n${'AAAA\n'.repeat(64)}\n${await log.checkpoint()}`), 400)
  t.equal(await status(await request(new MadeLog('unknown.example/log', 'x'), 0)), 404)
  t.equal(await status(await request(grown('impostor', 3), 0)), 403, 'right name, wrong key')
  t.equal(await status(good.replace('old 0\n', `old 0\n${'A'.repeat(43)}=\n`)), 422, 'proof from 0')
  t.equal(await status(good), 200)
  const conflict = await witness.addCheckpoint(good)
  t.match(conflict, { status: 409, contentType: 'text/x.tlog.size', body: '24\n' })
  const later = grown('gateway', 5)
  const wrong = (await request(later, 24)).split('\n')
  t.equal(await status(wrong.with(1, wrong[2] ?? '').join('\n')), 422, 'a proof that does not hold')
})

t.test('of two submissions at once only one is cosigned', async (t) => {
  const log = grown('gateway', 3)
  const parts = { cosigners: [own], logs: [log.signer.verifier], clock: fakeClock() }
  const store: WitnessStore = { latest: async () => undefined, advance: async () => false }
  const witness = createWitness({ ...parts, store, onSplit: async () => undefined })
  t.match(await witness.addCheckpoint(await request(log, 0)), { status: 409, body: '0\n' })
})

t.test('a log that shows two histories is caught, with the proof in hand', async (t) => {
  const honest = grown('gateway', 3)
  const other = grown('gateway', 4, 2)
  t.equal(honest.bodies.length, other.bodies.length)
  const { witness, splits } = watching(honest)
  t.equal((await witness.addCheckpoint(await request(honest, 0))).status, 200)
  t.equal((await witness.addCheckpoint(await request(other, 0))).status, 422)
  t.equal(splits.length, 1)
  for (const { held, shown } of splits) {
    const key = honest.signer.verifier
    const heldText = verifyNote(parseNote(held), [key]) && parseNote(held).text
    const shownText = verifyNote(parseNote(shown), [key]) && parseNote(shown).text
    t.not(heldText, shownText, 'both are signed by the log, and they differ')
  }
  const longer = grown('gateway', 8, 2)
  const body = await request(longer, 24)
  t.equal((await witness.addCheckpoint(body)).status, 422, 'nor is a longer other one continued')
  const unwatched = watching(other)
  t.equal(
    (await unwatched.witness.addCheckpoint(await request(other, 0))).status,
    200,
    'control: a witness that never saw the first history cosigns the second',
  )
})

t.test('the log’s side asks, answers the conflict and notices when it is behind', async (t) => {
  const log = grown('gateway', 3)
  const { witness } = watching(log)
  const ask = (body: string) => witness.addCheckpoint(body)
  const key = log.signer.verifier
  const first = await cosignedBy(log, key, own.verifier, ask)
  t.equal(verifyNote(parseNote(first), [key, own.verifier]).length, 2)
  for (const draft of standing()) log.add(draft)
  t.ok(await cosignedBy(log, key, own.verifier, ask), 'from the size the witness names')
  const rolledBack = grown('gateway', 2)
  await t.rejects(cosignedBy(rolledBack, key, own.verifier, ask), { code: 'LOG_FORKED' })
  const down = async () => ({ status: 503, body: '' })
  await t.rejects(cosignedBy(log, key, own.verifier, down), { code: 'WITNESS_UNAVAILABLE' })
  const forged = cosigner('tax.jinan.example/witness', madeKey('impostor'))
  const note = await log.checkpoint()
  const line = await forged.cosign(parseNote(note).text, 1)
  const lines = `— ${line.name} ${Buffer.concat([Buffer.alloc(4), line.signature]).toString('base64')}\n`
  t.throws(() => withCosignatures(note, lines, [own.verifier]), { code: 'NOTE_REFUSED' })
})

t.test('two submissions at once: one continues, the other is told the new size', async (t) => {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  const db = await openStore<Record<string, never>>({ url, party: 'witness' })
  t.teardown(() => db.destroy())
  const log = grown('gateway', 3)
  const store = witnessStore(logDatabase(db), 'urn:test')
  const postQuantum = cosigner('tax.jinan.example/pq', generateKeyPairSync('ml-dsa-44').privateKey)
  const { witness } = watching(log, store, [own, postQuantum])
  const bodies = await Promise.all([8, 16, 24].map((size) => ofSize(log, 0, size)))
  const answers = await Promise.all(bodies.map((body) => witness.addCheckpoint(body)))
  t.strictSame(answers.map(({ status }) => status).sort(), [200, 409, 409])
  const won = answers.find(({ status }) => status === 200)
  t.equal(won?.body.split('\n').length, 3, 'a line of each key')
  const held = await heldBy(witness, log)
  t.equal(verifyNote(parseNote(held), [own.verifier, postQuantum.verifier]).length, 2)
})

t.test(
  'a relying party demands the quorum, and a witness’s copy exposes a rewritten log',
  async (t) => {
    const honest = grown('gateway', 3)
    const { witness } = watching(honest)
    const key = honest.signer.verifier
    const cosigned = await cosignedBy(honest, key, own.verifier, (body) =>
      witness.addCheckpoint(body),
    )
    const text = `log ${key.vkey}\nwitness W ${own.verifier.vkey}\nquorum W\n`
    const judged = (folder: string) =>
      verifyEvidence(folder, { policy: parseTrustPolicy(text), rules: STRICT_RULES }).findings
    const shown = async (log: MadeLog, t: Test) => {
      const folder = temporaryFolder(t)
      await exported(folder, [log])
      return { folder, place: path.join(folder, logFolder(log.origin)) }
    }
    const bare = await shown(honest, t)
    t.match(judged(bare.folder), [{ code: 'QUORUM_NOT_MET' }])
    writeFileSync(path.join(bare.place, 'cosigned'), cosigned)
    t.strictSame(judged(bare.folder), [])
    const rewritten = await shown(grown('gateway', 4, 2), t)
    writeFileSync(path.join(rewritten.place, 'cosigned'), cosigned)
    t.match(judged(rewritten.folder), [{ code: 'HISTORY_SPLIT', file: /cosigned$/ }])
  },
)

async function ofSize(log: MadeLog, old: number, size: number): Promise<string> {
  const part = new MadeLog(log.origin, 'gateway')
  for (const body of log.bodies.slice(0, size)) part.addBytes(body)
  return request(part, old)
}

async function heldBy(witness: Witness, log: MadeLog): Promise<string> {
  const originHash = logFolder(log.origin).slice('logs/'.length)
  const note = await witness.checkpointOf(originHash)
  if (note === undefined) throw new Error('nothing held')
  return note
}
