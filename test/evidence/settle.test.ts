import path from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { witnessRequest } from '#evidence/cosigned-log'
import type { EntryDraft } from '#evidence/entry'
import { parseEntry } from '#evidence/entry-form'
import { openFileGuard } from '#evidence/fork-guard'
import { openEvidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { cosigner, ed25519NoteSigner } from '#evidence/note-signer'
import { partyWitness } from '#evidence/party-witness'
import { settleSplit } from '#evidence/settle-split'
import { SplitStore } from '#evidence/split-store'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '#test/support/database'
import { fakeClock } from '#test/support/fixtures'
import type { TapTest } from '#test/support/tap-test'
import { temporaryFolder } from './made-folder.ts'
import { MadeLog, madeKey } from './made-log.ts'
import { digest, TAX } from './made-story.ts'

const SPACE = 'urn:test'
const [DID] = TAX
const ORIGIN = 'tax.example/log'

/** A holder that witnesses other logs. */
async function holder(t: TapTest) {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  const db = await openStore<Record<string, never>>({ url, party: 'connector' })
  const guard = await openFileGuard(path.join(temporaryFolder(t), 'guard'), ORIGIN)
  const clock = fakeClock()
  const signer = ed25519NoteSigner(ORIGIN, madeKey('holder'))
  const evidence = await openEvidence({ db, spaceId: SPACE, signer, guard, clock })
  t.teardown(async () => {
    await evidence[Symbol.asyncDispose]()
    await db.destroy()
  })
  const database = logDatabase(db)
  const log = { error: () => undefined }
  const own = cosigner(ORIGIN, madeKey('witness'))
  const party = { did: DID, spaceId: SPACE, evidence, database, cosigner: own, clock, log }
  const witness = (of: MadeLog) => partyWitness(party, of.signer.verifier)
  /** The log shows its newest checkpoint, continuing what the holder has of it. */
  const show = async (of: MadeLog, old: number) => {
    const body = await witnessRequest(of, of.signer.verifier, old, await of.checkpoint())
    return (await witness(of).addCheckpoint(body)).status
  }
  const entries = async () => {
    await evidence.checkpoint()
    return (await evidence.bundle(0)).map(parseEntry)
  }
  const open = () => new SplitStore(database, SPACE).open()
  /** The first open split that is meant. */
  const one = async (isMeant: (digest: string) => boolean = () => true) => {
    const split = (await open()).find(({ digest }) => isMeant(digest))
    if (split === undefined) throw new Error('no split')
    return split
  }
  return { db, party, witness, show, entries, open, one }
}

function logOf(name: string, ...words: readonly string[]): MadeLog {
  const log = new MadeLog(`${name}.example/log`, name)
  for (const word of words) log.add(entryOf(word))
  return log
}

function entryOf(word: string): EntryDraft {
  return { type: 'policy.enabled', actor: DID, policy: digest(word), approver: DID }
}

const digestOf = (text: string) => digestBytes(Buffer.from(text))

t.test('settled for what is held, the log goes on from there', async (t) => {
  const { party, witness, show, entries, open, one } = await holder(t)
  const [truth, forged] = [logOf('gateway', 'a', 'b'), logOf('gateway', 'a', 'x')]
  t.equal(await show(truth, 0), 200)
  t.equal(await show(forged, 2), 422)
  const split = await one()
  await t.rejects(witness(truth).assertTrusted(), { code: 'VIEW_SPLIT' })
  truth.add(entryOf('c'))
  t.equal(await show(truth, 2), 422, 'control: refused until it is settled')

  const receipt = await settleSplit(party, split, 'held')
  const [log, kept, dropped] = [split.origin, split.held, split.shown].map(digestOf)
  t.match(parseEntry(Buffer.from(receipt.entry)), { type: 'view.settled', log, kept, dropped })
  t.match(
    (await entries()).map(({ type }) => type),
    ['view.split', 'view.settled'],
  )
  t.same(await open(), [])
  await witness(truth).assertTrusted()
  t.equal(await show(truth, 2), 200)

  forged.add(entryOf('y'))
  t.equal(await show(forged, 3), 422)
  await t.rejects(witness(truth).assertTrusted(), { code: 'VIEW_SPLIT' }, 'a new split is one')
})

t.test('settled for what was shown, that history is demanded from then on', async (t) => {
  const { party, witness, show, entries, one } = await holder(t)
  const [forged, truth] = [logOf('gateway', 'a', 'x', 'y'), logOf('gateway', 'a', 'b', 'c')]
  await show(forged, 0)
  t.equal(await show(truth, 3), 422)
  const split = await one()
  await settleSplit(party, split, 'shown')
  const [kept, dropped] = [split.shown, split.held].map(digestOf)
  t.match((await entries()).at(-1), { type: 'view.settled', kept, dropped })
  truth.add(entryOf('d'))
  t.equal(await show(truth, 3), 200)
  await witness(truth).assertTrusted()
  forged.add(entryOf('z'))
  t.equal(await show(forged, 4), 422, 'the one it held before is the other one now')
})

t.test('a log that went back may be kept where it was shown', async (t) => {
  const { party, show, one } = await holder(t)
  const [long, short] = [logOf('gateway', 'a', 'b', 'c'), logOf('gateway', 'a')]
  await show(long, 0)
  const behind = `old 3\n\n${await short.checkpoint()}`
  t.equal((await partyWitness(party, short.signer.verifier).addCheckpoint(behind)).status, 400)
  const split = await one()
  await settleSplit(party, split, 'shown')
  short.add(entryOf('n'))
  t.equal(await show(short, 1), 200)
})

t.test('settling one split settles no other', async (t) => {
  const { db, party, witness, show, open, one } = await holder(t)
  const [gateway, release] = [logOf('gateway', 'a', 'b'), logOf('release', 'a', 'b')]
  for (const log of [gateway, release]) await show(log, 0)
  for (const name of ['gateway', 'release']) await show(logOf(name, 'a', 'x'), 2)
  // What two processes of the party may be shown at once.
  const also = await logOf('gateway', 'a', 'z').checkpoint()
  const held = (await witness(gateway).latest()) ?? ''
  await new SplitStore(party.database, SPACE).keep({ origin: gateway.origin, held, shown: also })
  t.equal((await open()).length, 3)

  const first = await one((digest) => digest !== digestOf(also))
  await settleSplit(party, first, 'held')
  await t.rejects(
    witness(gateway).assertTrusted(),
    { code: 'VIEW_SPLIT' },
    'another of the same log',
  )
  await t.rejects(settleSplit(party, first, 'shown'), { code: 'VIEW_SPLIT' }, 'it is settled')
  t.equal(await witness(gateway).latest(), held, 'and a second act changes nothing')
  const second = await one((digest) => digest === digestOf(also))
  await settleSplit(party, second, 'held')
  await witness(gateway).assertTrusted()
  await t.rejects(witness(release).assertTrusted(), { code: 'VIEW_SPLIT' }, 'of another log')
  const elsewhere = await new SplitStore(party.database, 'urn:other').open()
  t.same(elsewhere, [], 'and of another space none is seen')

  await show(logOf('gateway', 'a', 'x'), 2)
  await t.rejects(
    witness(gateway).assertTrusted(),
    { code: 'VIEW_SPLIT' },
    'shown again it is open again',
  )
  const { rows } = await sql<{ shown: string }>`select shown from evidence_split`.execute(db)
  t.equal(rows.length, 3, 'the notes stay')
})

t.test('an act that cannot be recorded does not happen', async (t) => {
  const { db, party, witness, show, open, one } = await holder(t)
  const [truth, forged] = [logOf('gateway', 'a', 'b'), logOf('gateway', 'a', 'x')]
  await show(truth, 0)
  await show(forged, 2)
  const held = await witness(truth).latest()
  const split = await one()
  await sql`alter table evidence_outbox add constraint broken check (false)`.execute(db)
  await t.rejects(settleSplit(party, split, 'shown'))
  await sql`alter table evidence_outbox drop constraint broken`.execute(db)
  t.equal((await open()).length, 1)
  t.equal(await witness(truth).latest(), held)
})
