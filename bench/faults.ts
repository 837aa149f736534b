import { FAULT_POINTS } from '#runtime/fault-point'
import { type ArmedSpace, AT_START, LATER, openArmedSpace } from '#test/crash/support/armed-space'
import { faultRound, killRound, type RoundReport } from '#test/crash/support/fault-round'
import { Records } from '#test/crash/support/records'
import { countFaults } from './faults/count-faults.ts'
import { killEngine, killServer } from './faults/other-kills.ts'
import type { Benchmark } from './result.ts'

const ROUNDS = 300

/**
 * `kill -9` in mid-query, over and over: every party at every fault point, then processes of every
 * kind wherever they are, behind one gateway and behind two. `--rounds N` says how many in all.
 */
export const run: Benchmark = async ({ quick, rounds = quick ? 90 : ROUNDS, progress }) => {
  const reports: RoundReport[] = []
  for (let replicas = 1; reports.length < rounds; replicas = replicas === 1 ? 2 : 1) {
    const more = rounds - reports.length
    reports.push(...(await cycle(replicas === 1 ? 1 : 2, more, reports.length, progress)))
  }
  return countFaults(reports, FAULT_POINTS)
}

/** One space, once through all that there is to die of. */
async function cycle(
  replicas: 1 | 2,
  most: number,
  before: number,
  progress: (line: string) => void,
): Promise<RoundReport[]> {
  await using armed = await openArmedSpace(replicas, LATER)
  const records = new Records(armed.tiny)
  const reports: RoundReport[] = []
  const tell = (report: RoundReport) => {
    reports.push(report)
    const { point, pending, faults } = report
    const seen = report.isReached ? pending : 'not reached'
    progress(`${before + reports.length} ${point}: ${[seen, ...faults].join('; ')}`)
  }
  const [authority, parties] = [true, false].map((isAuthority) =>
    AT_START.filter(([name]) => (name === 'authority') === isAuthority),
  )
  const starting = (at: typeof AT_START = []) =>
    at.map(
      ([name, point]) =>
        () =>
          startRound(armed, name, point, 1 + (before % 3)),
    )
  // A new directory is seen by one party before another: last, where no question follows.
  for (const round of [...starting(parties), ...roundsOf(armed, records), ...starting(authority)]) {
    if (reports.length >= most) break
    tell(await round())
  }
  return reports
}

type Round = () => Promise<RoundReport>

async function startRound(
  armed: ArmedSpace,
  ...[name, point, nth]: Parameters<ArmedSpace['startDying']>
): Promise<RoundReport> {
  const isReached = await armed.startDying(name, point, point === 'migration-applied' ? nth : 1)
  const audit = { faults: [], forks: 0, lost: 0 }
  return { point, isReached, pending: 'started', faults: [], audit }
}

function roundsOf(armed: ArmedSpace, records: Records): Round[] {
  const { crew } = armed.tiny
  const from = (name: string, kill: () => Promise<void>) => (afterMs: number) => () => {
    return killRound(armed.tiny, records, { name, afterMs, kill })
  }
  const points = FAULT_POINTS.filter((point) => !AT_START.some(([, other]) => other === point))
  const killed = crew.names.filter((name) => name !== 'authority' && name !== 'binzhou')
  return [
    ...points.map((point) => () => faultRound(armed, records, point)),
    ...killed.flatMap((name) => [100, 400, 900].map(from(name, () => armed.kill(name)))),
    ...[200, 600].map(from('PostgreSQL', () => killServer(armed.tiny))),
    ...[200, 600].map(from('DuckDB', async () => killEngine(armed.tiny))),
  ]
}
