import type { BenchmarkResult } from '../result.ts'
import { median } from '../runner/measure.ts'
import { type BenchLog, DRAFT } from './bench-log.ts'
import type { FsyncRate } from './fsync.ts'

/** Entries made durable a second, each with its receipt, when so many arrive together. */
export async function appendResult(
  { evidence }: BenchLog,
  batch: number,
  rounds: number,
  fsync: FsyncRate,
): Promise<BenchmarkResult> {
  const rates: number[] = []
  for (let set = 0; set < 5; set += 1) {
    const start = performance.now()
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(Array.from({ length: batch }, () => evidence.record(DRAFT)))
    }
    rates.push((batch * rounds * 1000) / (performance.now() - start))
  }
  const value = median(rates)
  return {
    name: `durable appends, batch ${batch}`,
    unit: '1/s',
    value,
    anchor: { name: 'fdatasync of 300 bytes', value: fsync.perSecond },
    ratio: value / fsync.perSecond,
    ...(batch >= 1000 && { target: { value: 50_000, direction: 'at-least' } }),
    note: `${rounds * 5} batches of entries of 470 bytes: tiles, signed checkpoint, guard and a receipt with its proof for each; best set ${Math.round(Math.max(...rates))}`,
  }
}
