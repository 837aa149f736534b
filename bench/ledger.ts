import { appendResult } from './ledger/appends.ts'
import { openBenchLog } from './ledger/bench-log.ts'
import { openDurableDatabase } from './ledger/durable-database.ts'
import { measureFsync } from './ledger/fsync.ts'
import { receiptResult, steadyReceiptResult } from './ledger/receipts.ts'
import { requestTaxResult } from './ledger/request-tax.ts'
import type { BenchmarkOptions, BenchmarkResult } from './result.ts'

/**
 * The evidence log on a PostgreSQL with fsync on: durable appends beside the disk's own rate, how
 * long a receipt takes, and what the log costs a whole request of the gateway.
 */
export async function run(options: BenchmarkOptions): Promise<readonly BenchmarkResult[]> {
  const { quick, progress } = options
  await using database = await openDurableDatabase()
  progress('fsync')
  const fsync = measureFsync(database.folder, quick ? 500 : 3000)
  const results: BenchmarkResult[] = []
  {
    await using log = await openBenchLog(database)
    await appendResult(log, 100, 20, fsync)
    for (const batch of [1, 100, 1000]) {
      progress(`appends, batch ${batch}`)
      const rounds = Math.ceil((batch === 1 ? 200 : 20_000 / batch) / (quick ? 5 : 1))
      results.push(await appendResult(log, batch, rounds, fsync))
    }
    progress('receipts')
    // Sessions and program are warm in a server that has run for a second.
    await receiptResult(log, 16, quick ? 20 : 150, fsync)
    results.push(await receiptResult(log, 1, quick ? 100 : 1000, fsync))
    results.push(await steadyReceiptResult(log, 500, quick ? 1 : 5, fsync))
    // Long enough that one pause of the collector or of the disk does not make the 99th percentile.
    results.push(await receiptResult(log, 16, quick ? 20 : 1000, fsync))
  }
  progress('gateway requests with and without the log')
  results.push(await requestTaxResult(database, quick ? 60 : 300))
  return results
}
