import path from 'node:path'
import { type Kysely, sql } from 'kysely'
import t, { type Test } from 'tap'
import type { Acknowledged } from '#bench/crash/acknowledged'
import { LedgerCheck } from '#bench/crash/ledger-check'
import { openFileGuard } from '#evidence/fork-guard'
import { openEvidence } from '#evidence/log'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import { fakeClock } from '../support/fixtures.ts'
import { temporaryFolder } from './made-folder.ts'
import { madeKey } from './made-log.ts'
import { standing } from './made-story.ts'

type Db = Kysely<Record<string, never>>

// The crash benchmark must be able to fail: each kind of damage, planted, is counted.
const DAMAGES: readonly [
  string,
  keyof LedgerCheck['damage'] | undefined,
  (db: Db) => Promise<unknown>,
][] = [
  ['nothing', undefined, async () => undefined],
  ['the last entry lost', 'lost', (db) => sql`delete from evidence_leaf where idx = 5`.execute(db)],
  [
    'an entry lost in the middle',
    'gaps',
    (db) => sql`delete from evidence_leaf where idx = 2`.execute(db),
  ],
  [
    'an entry rewritten',
    'forks',
    (db) => sql`update evidence_leaf set body = 'forged'::bytea where idx = 1`.execute(db),
  ],
  ['an event without its entry', 'torn', (db) => sql`insert into business values (99)`.execute(db)],
  ['an entry without its event', 'torn', (db) => sql`delete from business where true`.execute(db)],
]

for (const [name, kind, damage] of DAMAGES) {
  t.test(`${name}: ${kind ?? 'no damage'} is counted`, async (t) => {
    const { db, acknowledged } = await written(t)
    await damage(db)
    const check = new LedgerCheck()
    await check.check(db, acknowledged)
    const found = Object.entries(check.damage).filter(([, count]) => count > 0)
    if (kind === undefined) t.strictSame(found, [])
    else
      t.ok(
        found.some(([what]) => what === kind),
        JSON.stringify(found),
      )
  })
}

async function written(t: Test): Promise<{ db: Db; acknowledged: Acknowledged[] }> {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  const db: Db = await openStore({ url, party: 'test' })
  t.teardown(() => db.destroy())
  await sql`create table business (ticket bigint primary key)`.execute(db)
  const signer = ed25519NoteSigner('gateway.example/crash', madeKey('crash'))
  const guard = await openFileGuard(path.join(temporaryFolder(t), 'guard'), 'gateway.example/crash')
  const options = { db, spaceId: 'urn:crash', signer, guard, clock: fakeClock() }
  await using log = await openEvidence(options)
  const acknowledged: Acknowledged[] = []
  for (const draft of standing().slice(0, 6)) {
    const appended = await db.transaction().execute(async (tx) => {
      const done = await log.append(tx, draft)
      await sql`insert into business (ticket) values (${done.ticket})`.execute(tx)
      return done
    })
    acknowledged.push({ ...(await log.receipt(appended)), ticket: appended.ticket })
  }
  return { db, acknowledged }
}
