import path from 'node:path'
import closeWithGrace from 'close-with-grace'
import type { Static, TSchema } from 'typebox'
import { type Clock, systemClock } from './clock.ts'
import { loadConfig } from './config.ts'
import { type Log, openLog } from './log.ts'

/** What one party's process is: its name, its configuration's schema, and how it starts. */
export interface PartyProgram<S extends TSchema> {
  readonly name: string
  readonly schema: S
  readonly start: (config: Static<S>, folder: string, log: Log, clock: Clock) => Promise<Started>
}

/** A started party. `done` is for one that ends by itself, which is a failure. */
export interface Started extends AsyncDisposable {
  readonly done?: Promise<void>
  /** Said in the ready line: addresses, never secrets. */
  readonly ready?: Readonly<Record<string, string>>
}

const STOP_MS = 10_000

/**
 * The main of a party's process: reads the configuration file that its one argument names, starts,
 * prints one ready line of JSON on standard output, and stops with what is in hand finished when
 * it is told to. Exit status 1 and one line on standard error where it cannot start.
 */
export async function runProgram<S extends TSchema>(program: PartyProgram<S>): Promise<void> {
  const log = openLog({ party: program.name, clock: systemClock })
  try {
    const file = path.resolve(argument(program.name))
    const config = await loadConfig(file, program.schema)
    const started = await program.start(config, path.dirname(file), log, systemClock)
    stopWithGrace(started)
    const line = { ready: program.name, ...started.ready }
    process.stdout.write(`${JSON.stringify(line)}\n`)
    await started.done
  } catch (error) {
    process.stderr.write(`${program.name}: ${messageOf(error)}\n`)
    process.exitCode = 1
    setTimeout(() => process.exit(1), 1000).unref()
  }
}

function argument(name: string): string {
  const [, , file] = process.argv
  if (file === undefined) throw new Error(`usage: ${name} <configuration file>`)
  return file
}

function stopWithGrace(started: Started): void {
  closeWithGrace({ delay: STOP_MS }, async () => {
    await started[Symbol.asyncDispose]()
  })
}

// Configuration errors name places and keys; they are for the operator who starts the process.
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'could not start'
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code} ` : ''
  return `${code}${error.message}`
}
