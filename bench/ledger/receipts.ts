import type { BenchmarkResult } from '../result.ts'
import { type BenchLog, DRAFT } from './bench-log.ts'
import type { FsyncRate } from './fsync.ts'
import { quantile } from './quantile.ts'

/** How long after its transaction an entry's receipt comes, while others arrive all the time. */
export async function receiptResult(
  { db, evidence }: BenchLog,
  atOnce: number,
  each: number,
  fsync: FsyncRate,
): Promise<BenchmarkResult> {
  const times: number[] = []
  const client = async () => {
    for (let i = 0; i < each; i += 1) {
      const appended = await db.transaction().execute((tx) => evidence.append(tx, DRAFT))
      const start = performance.now()
      await evidence.receipt(appended)
      times.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  const value = quantile(times, 0.99)
  const allowed = 10 + 2 * fsync.p99Ms
  return {
    name: `receipt latency p99, ${atOnce} at once`,
    unit: 'ms',
    value,
    anchor: { name: '10 ms + 2 × fdatasync p99', value: allowed },
    ratio: value / allowed,
    target: { ratio: 1, direction: 'at-most' },
    note: `${times.length} receipts, median ${quantile(times, 0.5).toFixed(2)} ms; fdatasync p99 ${fsync.p99Ms.toFixed(2)} ms`,
  }
}
