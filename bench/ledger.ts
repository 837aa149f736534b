import { giveHeapRoom } from '#runtime/heap'
import { appendResult } from './ledger/appends.ts'
import { openBenchLog } from './ledger/bench-log.ts'
import { openDurableDatabase } from './ledger/durable-database.ts'
import { fsyncRate, openSyncedFile } from './ledger/fsync.ts'
import { underLoad } from './ledger/load.ts'
import { heapRoomResult, receiptResults, receiptTime } from './ledger/receipts.ts'
import { requestTaxResult } from './ledger/request-tax.ts'
import type { BenchmarkOptions, BenchmarkResult } from './result.ts'

const STEADY = { load: { perSecond: 500 }, count: 1000 }
const RECEIPTS = [
  { load: { atOnce: 1 }, count: 300 },
  STEADY,
  { load: { atOnce: 16 }, count: 3200 },
]

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
  // As `runParty` starts every party.
  giveHeapRoom()
  await using database = await openDurableDatabase()
  progress('fsync')
  const fsync = fsyncRate(database.folder, quick ? 500 : 3000)
  const results: BenchmarkResult[] = []
  {
    await using log = await openBenchLog(database)
    await using file = await openSyncedFile(database.folder)
    await database.recycleLog()
    // Sessions and program are warm in a server that has run for a second.
    await underLoad({ atOnce: 16 }, quick ? 500 : 3000, () => receiptTime(log))
    const asked = RECEIPTS.map((one) => (quick ? { ...one, count: one.count / 10 } : one))
    results.push(...(await receiptResults(log, file, asked, progress)))
    progress('receipts without room in the heap')
    results.push(await heapRoomResult(log, quick ? { ...STEADY, count: 100 } : STEADY))
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
