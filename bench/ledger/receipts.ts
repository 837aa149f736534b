import { setTimeout as delay } from 'node:timers/promises'
import type { BenchmarkResult } from '../result.ts'
import { type BenchLog, DRAFT } from './bench-log.ts'
import type { FsyncRate } from './fsync.ts'
import { quantile } from './quantile.ts'

/** How long after its transaction an entry's receipt comes, when so many ask without a pause. */
export async function receiptResult(
  log: BenchLog,
  atOnce: number,
  each: number,
  fsync: FsyncRate,
): Promise<BenchmarkResult> {
  const times: number[] = []
  const client = async () => {
    for (let i = 0; i < each; i += 1) times.push(await receiptTime(log))
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, client))
  const rate = Math.round((times.length * 1000) / (performance.now() - start))
  return latency(`${atOnce} at once`, times, `${rate} a second`, fsync)
}

/** The same when entries arrive at a steady rate, whether the last ones were answered or not. */
export async function steadyReceiptResult(
  log: BenchLog,
  perSecond: number,
  seconds: number,
  fsync: FsyncRate,
): Promise<BenchmarkResult> {
  const pending: Promise<number>[] = []
  const start = performance.now()
  while (pending.length < perSecond * seconds) {
    const due = ((performance.now() - start) * perSecond) / 1000
    while (pending.length < due) pending.push(receiptTime(log))
    await delay(1)
  }
  const times = await Promise.all(pending)
  return latency(`${perSecond} a second`, times, 'arriving evenly', fsync)
}

async function receiptTime({ db, evidence }: BenchLog): Promise<number> {
  const appended = await db.transaction().execute((tx) => evidence.append(tx, DRAFT))
  const start = performance.now()
  await evidence.receipt(appended)
  return performance.now() - start
}

function latency(
  load: string,
  times: readonly number[],
  said: string,
  fsync: FsyncRate,
): BenchmarkResult {
  const value = quantile(times, 0.99)
  const allowed = 10 + 2 * fsync.p99Ms
  return {
    name: `receipt latency p99, ${load}`,
    unit: 'ms',
    value,
    anchor: { name: '10 ms + 2 × fdatasync p99', value: allowed },
    ratio: value / allowed,
    target: { ratio: 1, direction: 'at-most' },
    note: `${times.length} receipts, ${said}, median ${quantile(times, 0.5).toFixed(2)} ms; fdatasync p99 ${fsync.p99Ms.toFixed(2)} ms`,
  }
}
