// A preload module for a release authority: `node --import 'watch-cells.ts?file=<path>'` puts the
// watched session cell in the place of its own. Everything else is the party as it is.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { Worker, WorkerOptions } from 'node:worker_threads'

const file = new URL(import.meta.url).searchParams.get('file')
const cell = new URL('./watched-session-cell.ts', import.meta.url)

const threads: { Worker: new (entry: URL, options: WorkerOptions) => Worker } = createRequire(
  import.meta.url,
)('node:worker_threads')
const { Worker: Real } = threads

threads.Worker = class extends Real {
  constructor(entry: URL, options: WorkerOptions) {
    const isCell = entry.pathname.endsWith('/crypto/he/session-cell.ts')
    const workerData = { ...options.workerData, watched: file }
    super(isCell ? cell : entry, isCell ? { ...options, workerData } : options)
  }
}
syncBuiltinESMExports()
