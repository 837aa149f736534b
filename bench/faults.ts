import { FAULT_POINTS } from '#runtime/fault-point'
import { type ArmedSpace, openArmedSpace } from '#test/crash/support/armed-space'
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
export const run: Benchmark = async ({ quick, rounds = quick ? 60 : ROUNDS, progress }) => {
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
  await using armed = await openArmedSpace(replicas, ['jinan'])
  const records = new Records(armed.tiny)
  const nth = 1 + (before % 3)
  const isReached = await armed.startDying('jinan', 'migration-applied', nth)
  const reports: RoundReport[] = []
  const first = { point: 'migration-applied', isReached, pending: 'started', faults: [] }
  const tell = (report: RoundReport) => {
    reports.push(report)
    const { point, pending, faults } = report
    const seen = report.isReached ? pending : 'not reached'
    progress(`${before + reports.length} ${point}: ${[seen, ...faults].join('; ')}`)
  }
  tell({ ...first, audit: { faults: [], forks: 0, lost: 0 } })
  for (const round of roundsOf(armed, records)) {
    if (reports.length >= most) break
    tell(await round())
  }
  return reports
}

type Round = () => Promise<RoundReport>

function roundsOf(armed: ArmedSpace, records: Records): Round[] {
  const { crew } = armed.tiny
  const from = (name: string, kill: () => Promise<void>) => (afterMs: number) => () => {
    return killRound(armed.tiny, records, { name, afterMs, kill })
  }
  const points = FAULT_POINTS.filter((point) => point !== 'migration-applied')
  const killed = crew.names.filter((name) => name !== 'authority' && name !== 'binzhou')
  return [
    ...points.map((point) => () => faultRound(armed, records, point)),
    ...killed.flatMap((name) => [100, 400, 900].map(from(name, () => armed.kill(name)))),
    ...[200, 600].map(from('PostgreSQL', () => killServer(armed.tiny))),
    ...[200, 600].map(from('DuckDB', async () => killEngine(armed.tiny))),
  ]
}
