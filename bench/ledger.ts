import { appendResult } from './ledger/appends.ts'
import { openBenchLog } from './ledger/bench-log.ts'
import { openDurableDatabase } from './ledger/durable-database.ts'
import { fsyncRate, openSyncedFile } from './ledger/fsync.ts'
import { receiptResult } from './ledger/receipts.ts'
import { requestTaxResult } from './ledger/request-tax.ts'
import type { BenchmarkOptions, BenchmarkResult } from './result.ts'

const RECEIPTS = [
  [{ atOnce: 1 }, 300],
  [{ perSecond: 500 }, 1000],
  [{ atOnce: 16 }, 3200],
] as const

// Only full batches (1000) stay apart in flight: smaller ones that wait together become one.
const APPENDS = [
  [1, 1],
  [100, 1],
  [1000, 1],
  [1000, 2],
] as const

/**
 * The evidence log on a PostgreSQL with fsync on: durable appends beside the disk's own rate, how
 * long a receipt takes, and what the log costs a whole request of the gateway.
 */
export async function run(options: BenchmarkOptions): Promise<readonly BenchmarkResult[]> {
  const { quick, progress } = options
  await using database = await openDurableDatabase()
  progress('fsync')
  const fsync = fsyncRate(database.folder, quick ? 500 : 3000)
  const results: BenchmarkResult[] = []
  {
    await using log = await openBenchLog(database)
    await using file = await openSyncedFile(database.folder)
    // Sessions and program are warm in a server that has run for a second.
    await receiptResult(log, file, { atOnce: 16 }, quick ? 100 : 500)
    for (const [load, count] of RECEIPTS) {
      progress(`receipts, ${JSON.stringify(load)}`)
      results.push(await receiptResult(log, file, load, quick ? count / 10 : count))
    }
    await appendResult(log, { batch: 100, inFlight: 1, rounds: 20 }, fsync)
    for (const [batch, inFlight] of APPENDS) {
      progress(`appends, batch ${batch}, ${inFlight} in flight`)
      const rounds = Math.ceil((batch === 1 ? 200 : 20_000 / batch) / (quick ? 5 : 1)) * inFlight
      results.push(await appendResult(log, { batch, inFlight, rounds }, fsync))
    }
  }
  progress('gateway requests with and without the log')
  results.push(await requestTaxResult(database, quick ? 60 : 300))
  return results
}
