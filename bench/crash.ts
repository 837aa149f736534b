import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { openFileGuard } from '#evidence/fork-guard'
import { openEvidence } from '#evidence/log'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import { CRASH_ORIGIN, CRASH_SPACE } from './crash/acknowledged.ts'
import { killPostgres } from './crash/kill-postgres.ts'
import { LedgerCheck } from './crash/ledger-check.ts'
import { startVictim, type Victim } from './crash/victim.ts'
import { type DurableDatabase, openDurableDatabase } from './ledger/durable-database.ts'
import type { BenchmarkOptions, BenchmarkResult } from './result.ts'

type Db = Kysely<Record<string, never>>
const { privateKey } = generateKeyPairSync('ed25519')

/**
 * `kill -9` in the middle of the load, round after round: a process that writes business events with
 * their entries (as a gateway), one that only feeds and runs the sequencer, and the database server
 * with all its processes. After each round everything acknowledged is looked for, the tree is built
 * again from the entries, and the log is opened with the guard it had. Each has a server of its own,
 * and all three are killed at the same time.
 */
export async function run(options: BenchmarkOptions): Promise<readonly BenchmarkResult[]> {
  const rounds = options.quick ? 5 : 100
  const targets = ['gateway', 'sequencer', 'PostgreSQL'] as const
  const killing = targets.map((target) => killed(target, rounds, options.progress))
  return (await Promise.all(killing)).flat()
}

type Target = 'gateway' | 'sequencer' | 'PostgreSQL'

async function killed(
  target: Target,
  rounds: number,
  progress: (line: string) => void,
): Promise<BenchmarkResult[]> {
  await using database = await openDurableDatabase()
  await prepare(database)
  const check = new LedgerCheck()
  let acknowledged = 0
  for (let round = 0; round < rounds; round += 1) {
    if (round % 10 === 0) progress(`${target}, round ${round}`)
    const victims = await startAll(database)
    await delay(20 + ((round * 37) % 180))
    if (target === 'PostgreSQL') await onServer(database, killPostgres)
    else await victims[target].kill()
    await Promise.all([victims.gateway.kill(), victims.sequencer.kill()])
    if (target === 'PostgreSQL') await database.restart()
    const said = [...victims.gateway.acknowledged, ...victims.sequencer.acknowledged]
    acknowledged += said.length
    await onServer(database, async (db) => {
      await reopen(database, db)
      await check.check(db, said)
    })
  }
  const note = `${rounds} kills, ${acknowledged} entries acknowledged, ${check.size} in the log`
  const { lost, gaps, forks, torn } = check.damage
  const figures = { 'records lost': lost, gaps, forks, 'events torn from their entry': torn }
  return Object.entries(figures).map(([what, value]) => ({
    name: `${target} killed: ${what}`,
    unit: 'count',
    value,
    target: { value: 0, direction: 'at-most' },
    note,
  }))
}

async function prepare(database: DurableDatabase): Promise<void> {
  await onServer(database, async (db) => {
    await sql`create table business (ticket bigint primary key)`.execute(db)
    await reopen(database, db)
  })
}

async function startAll(database: DurableDatabase) {
  const url = await database.url()
  const key = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  const start = (mode: 'business' | 'direct'): Promise<Victim> =>
    startVictim({ url, key, mode, guardFile: path.join(database.folder, `guard-${mode}`) })
  const [gateway, sequencer] = await Promise.all([start('business'), start('direct')])
  return { gateway, sequencer }
}

async function onServer<T>(database: DurableDatabase, work: (db: Db) => Promise<T>): Promise<T> {
  const db: Db = await openStore({
    url: await database.url(),
    party: 'check',
    migrations: [EVIDENCE_MIGRATIONS],
  })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

// Opening with each process's own guard is what a restart does: a fork would be refused here.
async function reopen(database: DurableDatabase, db: Db): Promise<void> {
  for (const mode of ['business', 'direct']) {
    const guard = await openFileGuard(path.join(database.folder, `guard-${mode}`), CRASH_ORIGIN)
    const signer = ed25519NoteSigner(CRASH_ORIGIN, privateKey)
    const clock = systemClock
    await using log = await openEvidence({ db, spaceId: CRASH_SPACE, signer, guard, clock })
    await log.checkpoint()
  }
}
