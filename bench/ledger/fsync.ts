import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'

const BYTES = Buffer.alloc(300, 'x')

/** What the disk under `folder` gives: 300 bytes appended and synced, one after the other, a second. */
export function fsyncRate(folder: string, rounds: number): number {
  const file = openSync(path.join(folder, `fsync-${process.pid}`), 'a')
  const start = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    writeSync(file, BYTES)
    fdatasyncSync(file)
  }
  const rate = (rounds * 1000) / (performance.now() - start)
  closeSync(file)
  return rate
}

export interface SyncedFile extends AsyncDisposable {
  /** How long it takes to append 300 bytes and to sync them, in ms, from asking to the answer. */
  time(): Promise<number>
}

/** The same disk from a program that does other work meanwhile, as a server has to use it. */
export async function openSyncedFile(folder: string): Promise<SyncedFile> {
  const file = await open(path.join(folder, `synced-${process.pid}`), 'a')
  const time = async () => {
    const start = performance.now()
    await file.write(BYTES)
    await file.datasync()
    return performance.now() - start
  }
  return { time, [Symbol.asyncDispose]: () => file.close() }
}
