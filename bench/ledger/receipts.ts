import { Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'
import { giveHeapRoom } from '#runtime/heap'
import type { BenchmarkResult } from '../result.ts'
import { median } from '../runner/measure.ts'
import { type BenchLog, DRAFT } from './bench-log.ts'
import type { SyncedFile } from './fsync.ts'
import { type Load, underLoad } from './load.ts'
import { quantile } from './quantile.ts'

const SETS = 5

export interface Latency {
  readonly load: Load
  /** In each of five sets. */
  readonly count: number
}

/**
 * How long after its transaction an entry's receipt comes: the median of five sets' 99th
 * percentiles. The anchor is the disk under the same load, so that whatever else stalls this machine
 * stalls both; it comes last, because while the disk alone works the collector takes the program for
 * idle and tidies up.
 */
export async function receiptResults(
  log: BenchLog,
  file: SyncedFile,
  asked: readonly Latency[],
  progress: (line: string) => void,
): Promise<BenchmarkResult[]> {
  const receipts: number[][][] = []
  for (const { load, count } of asked) {
    progress(`receipts, ${nameOf(load)}`)
    receipts.push(await sets(load, count, () => receiptTime(log)))
  }
  const results: BenchmarkResult[] = []
  for (const [i, { load, count }] of asked.entries()) {
    progress(`fdatasync, ${nameOf(load)}`)
    results.push(latency(load, receipts[i] ?? [], await sets(load, count, () => file.time())))
  }
  return results
}

/** What a party's receipts gain by the room that its heap has. */
export async function heapRoomResult(
  log: BenchLog,
  { load, count }: Latency,
): Promise<BenchmarkResult> {
  // V8's own judgement.
  setFlagsFromString('--heap-growing-percent=0')
  await markHeap()
  const without = await sets(load, count, () => receiptTime(log))
  giveHeapRoom()
  await markHeap()
  const room = await sets(load, count, () => receiptTime(log))
  const [value, anchor] = [medianP99(without), medianP99(room)]
  return {
    name: `receipt latency p99, ${nameOf(load)}, heap without room`,
    unit: 'ms',
    value,
    anchor: { name: 'the same with room', value: anchor },
    ratio: value / anchor,
    note: `${figures(without)}; with room: ${figures(room)}`,
  }
}

function latency(load: Load, receipts: number[][], syncs: number[][]): BenchmarkResult {
  const [value, sync] = [medianP99(receipts), medianP99(syncs)]
  const allowed = 10 + 2 * sync
  return {
    name: `receipt latency p99, ${nameOf(load)}`,
    unit: 'ms',
    value,
    anchor: { name: '10 ms + 2 × fdatasync p99', value: allowed },
    ratio: value / allowed,
    target: { ratio: 1, direction: 'at-most' },
    note: `${SETS} sets of ${receipts[0]?.length} receipts, ${figures(receipts)}; fdatasync under the same load: ${figures(syncs)}`,
  }
}

function nameOf(load: Load): string {
  return 'atOnce' in load ? `${load.atOnce} at once` : `${load.perSecond} a second`
}

async function sets(load: Load, count: number, work: () => Promise<number>): Promise<number[][]> {
  const times: number[][] = []
  for (let set = 0; set < SETS; set += 1) times.push(await underLoad(load, count, work))
  return times
}

// V8 judges anew how far a heap may grow when it has marked all of it.
async function markHeap(): Promise<void> {
  const inspector = new Session()
  inspector.connect()
  await inspector.post('HeapProfiler.collectGarbage')
  inspector.disconnect()
}

export async function receiptTime({ db, evidence }: BenchLog): Promise<number> {
  const appended = await db.transaction().execute((tx) => evidence.append(tx, DRAFT))
  const start = performance.now()
  await evidence.receipt(appended)
  return performance.now() - start
}

function medianP99(all: readonly (readonly number[])[]): number {
  return median(all.map((times) => quantile(times, 0.99)))
}

function figures(all: readonly (readonly number[])[]): string {
  const [middle, p99] = [quantile(all.flat(), 0.5), medianP99(all)]
  const worst = Math.max(...all.map((times) => quantile(times, 0.99)))
  return `median ${middle.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, worst set ${worst.toFixed(1)} ms`
}
