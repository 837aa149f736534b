import type { BenchmarkResult } from '../result.ts'
import { median } from '../runner/measure.ts'
import { type BenchLog, DRAFT } from './bench-log.ts'
import type { SyncedFile } from './fsync.ts'
import { type Load, underLoad } from './load.ts'
import { quantile } from './quantile.ts'

const SETS = 5

/**
 * How long after its transaction an entry's receipt comes: the median of five sets' 99th
 * percentiles. The anchor is the disk under the same load, a set of it after each set of receipts,
 * so that whatever else stalls this machine stalls both.
 */
export async function receiptResult(
  log: BenchLog,
  file: SyncedFile,
  load: Load,
  count: number,
): Promise<BenchmarkResult> {
  const receipts: number[][] = []
  const syncs: number[][] = []
  for (let set = 0; set < SETS; set += 1) {
    receipts.push(await underLoad(load, count, () => receiptTime(log)))
    syncs.push(await underLoad(load, count, () => file.time()))
  }
  const [value, sync] = [medianP99(receipts), medianP99(syncs)]
  const allowed = 10 + 2 * sync
  return {
    name: `receipt latency p99, ${'atOnce' in load ? `${load.atOnce} at once` : `${load.perSecond} a second`}`,
    unit: 'ms',
    value,
    anchor: { name: '10 ms + 2 × fdatasync p99', value: allowed },
    ratio: value / allowed,
    target: { ratio: 1, direction: 'at-most' },
    note: `${SETS} sets of ${count} receipts, median ${quantile(receipts.flat(), 0.5).toFixed(2)} ms, worst set ${worstP99(receipts)} ms; fdatasync under the same load: median ${quantile(syncs.flat(), 0.5).toFixed(2)} ms, p99 ${sync.toFixed(2)} ms, worst set ${worstP99(syncs)} ms`,
  }
}

async function receiptTime({ db, evidence }: BenchLog): Promise<number> {
  const appended = await db.transaction().execute((tx) => evidence.append(tx, DRAFT))
  const start = performance.now()
  await evidence.receipt(appended)
  return performance.now() - start
}

function medianP99(sets: readonly (readonly number[])[]): number {
  return median(sets.map((times) => quantile(times, 0.99)))
}

function worstP99(sets: readonly (readonly number[])[]): string {
  return Math.max(...sets.map((times) => quantile(times, 0.99))).toFixed(1)
}
