import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Acknowledged } from './acknowledged.ts'

/** A running appender and all that it said it was acknowledged. */
export interface Victim {
  readonly acknowledged: readonly Acknowledged[]
  /** `kill -9`, unless it has ended by itself; resolves when it is gone and all it said was read. */
  kill(): Promise<void>
}

export interface VictimOptions {
  readonly url: string
  readonly guardFile: string
  readonly key: string
  readonly mode: 'business' | 'direct'
}

/** Starts an appender and waits until it works. */
export async function startVictim(options: VictimOptions): Promise<Victim> {
  const { url, guardFile, key, mode } = options
  const file = path.join(import.meta.dirname, 'appender.ts')
  const args = [file, url, guardFile, key, mode]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: Acknowledged[] = []
  const read = readSaid(child, acknowledged)
  await Promise.race([read.ready, once(child, 'exit')])
  const gone = once(child, 'exit')
  return {
    acknowledged,
    kill: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await gone
      await read.end
    },
  }
}

// The last line may be cut by the kill: what nobody received was not acknowledged.
function readSaid({ stdout }: ChildProcess, acknowledged: Acknowledged[]) {
  const ready = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  if (stdout === null) throw new Error('the appender has no output')
  const lines = createInterface({ input: stdout })
  lines.on('line', (line) => {
    if (line === 'ready') ready.resolve()
    else if (line.endsWith('}')) acknowledged.push(JSON.parse(line))
  })
  lines.on('close', end.resolve)
  return { ready: ready.promise, end: end.promise }
}
