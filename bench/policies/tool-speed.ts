import v8 from 'node:v8'
import vm from 'node:vm'
import { lint } from '#policies/analysis/lint'
import { Replay, readRecord } from '#policies/replay'
import type { BenchmarkResult } from '../result.ts'
import { policiesOf, recordOf, snapshotOf } from './baotu.ts'
import { workload } from './workload.ts'

/** Seconds to load and to lint. */
export function lintSpeed(rules: number): readonly BenchmarkResult[] {
  const { rules: list } = workload(rules)
  const start = performance.now()
  const policies = policiesOf(list)
  const loaded = performance.now()
  const findings = lint(policies)
  const done = performance.now()
  return [
    { name: `load ${rules} policies`, unit: 's', value: (loaded - start) / 1000 },
    {
      name: `lint ${rules} rules`,
      unit: 's',
      value: (done - loaded) / 1000,
      note: `${findings.length} findings, each with a witness`,
      ...(rules >= 10_000 && { target: { value: 2, direction: 'at-most' as const } }),
    },
  ]
}

/** Seconds to replay recorded requests, reading each from its JSON line. */
export function replaySpeed(records: number): readonly BenchmarkResult[] {
  const { rules, requests } = workload(1000)
  const policies = policiesOf(rules)
  const snapshot = snapshotOf(policies)
  const draft = snapshotOf(policies.slice(0, -100))
  const lines = requests.map((request) => JSON.stringify(recordOf(request)))
  const replay = new Replay(snapshot, draft)
  const start = performance.now()
  for (let at = 0; at < records; at++) replay.add(readRecord(lines[at % lines.length] ?? '', at))
  const seconds = (performance.now() - start) / 1000
  const turned = replay
    .report()
    .byParty.reduce((sum, { toDeny, toPermit }) => sum + toDeny + toPermit, 0)
  return [
    {
      name: `replay of ${records} records, 1,000 rules`,
      unit: 's',
      value: seconds,
      note: `one core; ${turned} answers turn`,
      ...(records >= 1_000_000 && { target: { value: 30, direction: 'at-most' as const } }),
    },
  ]
}

/** Compile time and heap of a snapshot. */
export function memory(rules: number): readonly BenchmarkResult[] {
  const policies = policiesOf(workload(rules).rules)
  v8.setFlagsFromString('--expose-gc')
  const collect: () => void = vm.runInNewContext('gc')
  collect()
  const before = process.memoryUsage().heapUsed
  const start = performance.now()
  const snapshot = snapshotOf(policies)
  const compileMs = performance.now() - start
  collect()
  const heap = (process.memoryUsage().heapUsed - before) / 1_048_576
  return [
    { name: `compile ${rules} rules`, unit: 'ms', value: compileMs },
    { name: `heap of ${snapshot.rules.length} compiled rules`, unit: 'MiB', value: heap },
  ]
}
