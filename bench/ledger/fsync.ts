import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { quantile } from './quantile.ts'

export interface FsyncRate {
  readonly perSecond: number
  readonly p99Ms: number
}

/** What the disk under `folder` gives: 300 bytes appended and synced, one after the other. */
export function measureFsync(folder: string, rounds: number): FsyncRate {
  const file = openSync(path.join(folder, `fsync-${process.pid}`), 'a')
  const bytes = Buffer.alloc(300, 'x')
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now()
    writeSync(file, bytes)
    fdatasyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  const total = times.reduce((sum, ms) => sum + ms, 0)
  return { perSecond: (rounds * 1000) / total, p99Ms: quantile(times, 0.99) }
}
