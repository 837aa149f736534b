import { addingResults } from './aggregate/adding.ts'
import { type EndToEnd, runEndToEnd } from './aggregate/end-to-end.ts'
import type { HolderRun, HolderTimes } from './aggregate/holder.ts'
import { maskingResult } from './aggregate/masking.ts'
import type { BenchmarkOptions, BenchmarkResult } from './result.ts'
import { median } from './runner/measure.ts'

const HOLDERS = 16

/**
 * P1, the grouped aggregate: what the release authority's addition costs, what travels, and what a
 * whole answer takes above the holders' own SQL. Holders work at the same time in reality, each on
 * a machine of its own; here they run one after the other, and the answer's time is put together:
 * the slowest holder, then the release authority, then the consumer.
 */
export async function run(options: BenchmarkOptions): Promise<readonly BenchmarkResult[]> {
  const { quick, progress } = options
  progress('adding')
  const adding = await addingResults(1000, quick ? 5 : 15)
  progress('masks')
  const masking = await maskingResult(200, 4, quick ? 5 : 15)
  const sizes = { holders: HOLDERS, rows: quick ? 100_000 : 1_000_000, rounds: quick ? 3 : 5 }
  const whole = await runEndToEnd({ ...sizes, progress })
  return [...adding, masking, ...wholeResults(whole, sizes), ...splitResults(whole)]
}

function wholeResults(
  { groups, released, holders, clear, release, consumer }: EndToEnd,
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
): BenchmarkResult[] {
  const slowestSql = Math.max(...holders.map(({ times }) => times.sql))
  const holderPath = Math.max(...holders.map(({ times }) => times.sql + afterSql(times)))
  const path = holderPath + release + consumer
  const middle = median(holders.map(({ times }) => afterSql(times))) + release + consumer
  const cold = Math.max(...holders.map(({ firstRound }) => firstRound))
  const size = `${HOLDERS} holders × ${rows.toLocaleString('en-US')} rows × ${groups} groups`
  return [
    {
      name: 'a whole answer above the slowest holder’s own SQL',
      unit: 'ms',
      value: path - slowestSql,
      anchor: { name: 'slowest holder’s SQL', value: slowestSql },
      ratio: (path - slowestSql) / slowestSql,
      target: { value: 150, direction: 'at-most' },
      note: `${size}, ${released} released, each exact; medians of ${rounds}; no network, no signatures; with the median holder ${middle.toFixed(0)} ms; slowest first round of a holder after its SQL ${cold.toFixed(0)} ms`,
    },
    {
      name: 'a whole answer',
      unit: 'ms',
      value: path,
      anchor: { name: 'the question in the clear, one holder', value: clear },
      ratio: path / clear,
    },
    {
      name: 'a holder’s SQL with evidence',
      unit: 'ms',
      value: median(holders.map(({ times }) => times.sql)),
      anchor: { name: 'the question in the clear, one holder', value: clear },
      ratio: median(holders.map(({ times }) => times.sql)) / clear,
      note: 'evidence: minimum, maximum and the two largest amounts of each group',
    },
    step('release authority: add, decrypt, gate, seal', release, slowestSql),
    step('consumer: open, remove pads, derive', consumer, slowestSql),
  ]
}

const STEPS: Readonly<Record<Exclude<keyof HolderTimes, 'sql'>, string>> = {
  vector: 'holder: vector and veto',
  keys: `holder: pair keys with ${HOLDERS - 1} peers`,
  pads: 'holder: pads',
  masks: `holder: masks with ${HOLDERS - 1} peers`,
  encryption: 'holder: encryption in a fresh cell',
}

function splitResults({ holders }: EndToEnd): BenchmarkResult[] {
  const middle = (name: keyof HolderTimes) => median(holders.map(({ times }) => times[name]))
  const names = Object.keys(STEPS) as (keyof typeof STEPS)[]
  return names.map((name) => step(STEPS[name], middle(name), middle('sql')))
}

function step(name: string, value: number, sql: number): BenchmarkResult {
  return {
    name,
    unit: 'ms',
    value,
    anchor: { name: 'a holder’s SQL', value: sql },
    ratio: value / sql,
  }
}

function afterSql({ sql: _sql, ...steps }: HolderRun['times']): number {
  return Object.values(steps).reduce((sum, ms) => sum + ms, 0)
}
