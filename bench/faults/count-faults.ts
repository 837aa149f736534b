import type { RoundReport } from '#test/crash/support/fault-round'
import type { BenchmarkResult } from '../result.ts'

const ROUNDS = 300

/** What faults are called in a round's report, by what they mean for the space. */
const KINDS = [
  ['budget units lost or spent twice', /budget|reserved/],
  ['double releases', /released and voided|void of a release|sealed/],
  ['questions that hung', /hung|come to rest/],
  ['submissions or results counted twice', /counted twice|twice:/],
] as const

/** The figures of all rounds: everything but the first two should be nothing. */
export function countFaults(
  reports: readonly RoundReport[],
  points: readonly string[],
): BenchmarkResult[] {
  const reached = new Set(reports.filter(({ isReached }) => isReached).map(({ point }) => point))
  const faults = reports.flatMap((report) => report.faults.map((fault) => sortOf(fault)))
  const none = { value: 0, direction: 'at-most' } as const
  const count = (name: string, value: number): BenchmarkResult => {
    return { name, unit: 'cases', value, target: none }
  }
  const answered = reports.filter(({ pending }) => pending.startsWith('answer')).length
  return [
    {
      name: 'rounds of kill -9 in mid-query',
      unit: 'rounds',
      value: reports.length,
      target: { value: ROUNDS, direction: 'at-least' },
      note: `gateway (one and two replicas), release authority, connector, DuckDB, PostgreSQL; in ${answered} the pending question was answered all the same, after a new attempt where one was void`,
    },
    {
      name: 'fault points at which a process died',
      unit: 'points',
      value: points.filter((point) => reached.has(point)).length,
      target: { value: points.length, direction: 'at-least' },
    },
    count(
      'acknowledged records lost',
      total(reports, ({ audit }) => audit.lost),
    ),
    count(
      'forks of a log',
      total(reports, ({ audit }) => audit.forks),
    ),
    ...KINDS.map(([name]) => count(name, faults.filter((sort) => sort === name).length)),
    count('other disagreements', faults.filter((sort) => sort === undefined).length),
  ]
}

function sortOf(fault: string): string | undefined {
  return KINDS.find(([, pattern]) => pattern.test(fault))?.[0]
}

function total(reports: readonly RoundReport[], of: (report: RoundReport) => number): number {
  return reports.reduce((sum, report) => sum + of(report), 0)
}
