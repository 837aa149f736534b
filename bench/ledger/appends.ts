import type { BenchmarkResult } from '../result.ts'
import { median } from '../runner/measure.ts'
import { type BenchLog, DRAFT } from './bench-log.ts'

export interface Arrivals {
  /** Entries that arrive together. */
  readonly batch: number
  /** 2: the next ones are there while these are made durable. 1: they come when these are answered. */
  readonly inFlight: 1 | 2
  /** How often so many arrive, in each of five sets. */
  readonly rounds: number
}

/** Entries made durable a second, each with its receipt. */
export async function appendResult(
  { evidence }: BenchLog,
  { batch, inFlight, rounds }: Arrivals,
  fsyncPerSecond: number,
): Promise<BenchmarkResult> {
  const producer = async () => {
    for (let round = 0; round < rounds / inFlight; round += 1) {
      await Promise.all(Array.from({ length: batch }, () => evidence.record(DRAFT)))
    }
  }
  const rates: number[] = []
  for (let set = 0; set < 5; set += 1) {
    const start = performance.now()
    await Promise.all(Array.from({ length: inFlight }, producer))
    rates.push((batch * rounds * 1000) / (performance.now() - start))
  }
  const value = median(rates)
  return {
    name: `durable appends, batch ${batch}${inFlight === 2 ? ', the next one waiting' : ''}`,
    unit: '1/s',
    value,
    anchor: { name: 'fdatasync of 300 bytes', value: fsyncPerSecond },
    ratio: value / fsyncPerSecond,
    ...(inFlight === 2 && { target: { value: 50_000, direction: 'at-least' } }),
    note: `${rounds * 5} batches of entries of 470 bytes: tiles, signed checkpoint, guard and a receipt with its proof for each; best set ${Math.round(Math.max(...rates))}`,
  }
}
