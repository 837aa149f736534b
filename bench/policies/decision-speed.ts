import { explain } from '#policies/explain'
import type { BenchmarkResult, BenchmarkTarget } from '../result.ts'
import { decideOn, policiesOf, prepare, snapshotOf } from './baotu.ts'
import { cedarPreparsed, cedarSliced } from './cedar.ts'
import { casbin, casl, jsonLogic } from './others.ts'
import { type BenchRequest, oracle, type Workload, workload } from './workload.ts'

/** The ratios to preparsed Cedar that the project sets itself, by number of rules. */
const TARGETS: Readonly<Record<number, number>> = { 10: 150, 100: 500, 1000: 2500, 10000: 20_000 }

interface Engine {
  readonly name: string
  readonly decide: (request: BenchRequest, at: number) => boolean
  /** How long one round lasts, in ms: longer for engines that do little in a round. */
  readonly roundMs: number
}

/** Decisions per second of every engine in interleaved rounds; medians, and ratios to ours. */
export async function decisionSpeed(
  rules: number,
  quick: boolean,
): Promise<readonly BenchmarkResult[]> {
  const load = workload(rules)
  const engines = await enginesFor(load)
  for (const engine of engines) check(engine, load)
  const measured = interleaved(engines, load.requests, quick ? 5 : 15)
  const own = measured.get('baotu') ?? []
  return [
    ...engines.slice(1).map(({ name }, at): BenchmarkResult => {
      const theirs = measured.get(name) ?? []
      // Other work on the machine comes and goes, so what is compared is each round with itself.
      const ratio = median(own.map((speed, round) => speed / (theirs[round] ?? speed)))
      return {
        name: `decisions, ${rules} rules, beside ${name}`,
        unit: '1/s',
        value: median(own),
        anchor: { name, value: median(theirs) },
        ratio,
        ...(at === 0 && { target: targetFor(rules), note: NOTE }),
      }
    }),
    recordSpeed(load),
  ]
}

const NOTE =
  'medians of interleaved rounds; ours: platform, comprehensive and domain layer, controls, duties, trace; theirs: the domain rules only'

function targetFor(rules: number): BenchmarkTarget {
  return { ratio: TARGETS[rules] ?? 0, direction: 'at-least' }
}

/** p50, p99 and p99.9 of one decision, the clock's own cost included. */
export function latency(rules: number): readonly BenchmarkResult[] {
  const { rules: list, requests } = workload(rules)
  const snapshot = snapshotOf(policiesOf(list))
  const prepared = requests.map(prepare)
  for (let warm = 0; warm < 20; warm++) for (const one of prepared) decideOn(snapshot, one)
  const times = new Float64Array(200_000)
  for (let at = 0; at < times.length; at++) {
    const one = prepared[at % prepared.length]
    if (one === undefined) continue
    const start = process.hrtime.bigint()
    decideOn(snapshot, one)
    times[at] = Number(process.hrtime.bigint() - start) / 1000
  }
  times.sort()
  const quantile = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return [
    { name: `decision, ${rules} rules, p50`, unit: 'µs', value: quantile(0.5) },
    {
      name: `decision, ${rules} rules, p99`,
      unit: 'µs',
      value: quantile(0.99),
      target: { value: 10, direction: 'at-most' },
    },
    { name: `decision, ${rules} rules, p99.9`, unit: 'µs', value: quantile(0.999) },
  ]
}

/** The same decisions with the request typed anew and the whole record written each time. */
function recordSpeed({ rules, requests }: Workload): BenchmarkResult {
  const snapshot = snapshotOf(policiesOf(rules))
  const perSecond = rounds(300, (at) => {
    const request = requests[at % requests.length]
    if (request !== undefined) explain(decideOn(snapshot, prepare(request)), 'provider')
  })
  const note = 'facts typed, decided, every constraint explained, record digested'
  return {
    name: `decisions with full record, ${rules.length} rules`,
    unit: '1/s',
    value: perSecond,
    note,
  }
}

async function enginesFor({ rules, requests }: Workload): Promise<readonly Engine[]> {
  const snapshot = snapshotOf(policiesOf(rules))
  const prepared = new Map(requests.map((request) => [request, prepare(request)]))
  const ready = requests.map((request) => prepared.get(request))
  const slow = rules.length >= 10_000 ? 200 : 60
  return [
    {
      name: 'baotu',
      decide: (_, at) => {
        const one = ready[at]
        return one !== undefined && decideOn(snapshot, one).decision === 'permit'
      },
      roundMs: 60,
    },
    { name: 'cedar-wasm, preparsed', decide: cedarPreparsed(rules), roundMs: slow },
    { name: 'cedar-wasm, sliced', decide: cedarSliced(rules), roundMs: 60 },
    { name: 'casbin', decide: await casbin(rules), roundMs: slow },
    { name: 'json-logic', decide: jsonLogic(rules), roundMs: slow },
    { name: 'CASL', decide: casl(rules), roundMs: 60 },
  ]
}

/** No engine is timed before it has given the right answers. */
function check({ name, decide }: Engine, { rules, requests }: Workload): void {
  const some = requests.slice(0, rules.length >= 10_000 && name !== 'baotu' ? 20 : 200)
  const wrong = some.filter((request, at) => decide(request, at) !== oracle(rules, request)).length
  if (wrong > 0) throw new Error(`${name} gives ${wrong} wrong answers at ${rules.length} rules`)
}

/** Decisions per second of every engine, round by round. */
function interleaved(
  engines: readonly Engine[],
  requests: readonly BenchRequest[],
  count: number,
): ReadonlyMap<string, number[]> {
  const measured = new Map(engines.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < count; round++) {
    for (const { name, decide, roundMs } of engines) {
      const speed = rounds(roundMs, (at) => {
        const index = at % requests.length
        const request = requests[index]
        if (request !== undefined) decide(request, index)
      })
      measured.get(name)?.push(speed)
    }
  }
  return measured
}

/** How often per second `work` runs, over about `ms` milliseconds. */
function rounds(ms: number, work: (at: number) => void): number {
  const start = performance.now()
  let done = 0
  let elapsed = 0
  let batch = 1
  while (elapsed < ms) {
    for (let at = 0; at < batch; at++) work(done++)
    elapsed = performance.now() - start
    // Look at the clock about every millisecond.
    if (elapsed > 0) batch = Math.max(1, Math.min(10_000, Math.floor(done / elapsed)))
  }
  return (done / elapsed) * 1000
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
