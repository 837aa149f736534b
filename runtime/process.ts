import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Static, TSchema } from 'typebox'
import { type Clock, systemClock } from './clock.ts'
import { ConfigError, loadConfig } from './config.ts'
import { giveHeapRoom } from './heap.ts'
import { JsonError } from './json-error.ts'
import { JsonFileError } from './json-file.ts'
import type { JsonValue } from './json-text.ts'
import { type Log, openLog } from './log.ts'
import type { LogFields } from './log-fields.ts'
import { SecretSourceError } from './secret-source.ts'
import { shutDownInOrder } from './shutdown.ts'
import { failureLine } from './start-failure.ts'

/** What a party's main hands over; see `runParty`. */
export interface PartyMain<S extends TSchema> {
  readonly name: string
  readonly schema: S
  readonly logFields?: LogFields
  /** Starts everything; what it gives back goes into the ready line, so nothing secret. */
  start(context: PartyContext<Static<S>>): Promise<Readonly<Record<string, JsonValue>>>
}

export interface PartyContext<Config> {
  readonly config: Config
  /** The folder of the configuration file, to which its paths are relative. */
  readonly folder: string
  readonly log: Log
  readonly clock: Clock
  /** Put in what has to be closed, in the order in which it is opened. */
  readonly owned: AsyncDisposableStack
}

/**
 * The main program of a party: `node <entry> --config <file> [--lifeline]`. Reads and checks the
 * configuration, starts, writes one line of JSON on standard output when it serves, logs on
 * standard error and ends in good order on a signal. With `--lifeline` it also ends when its
 * standard input does, so that it does not outlive a launcher that was killed.
 *
 * Exits with 2 for a configuration that has to be mended, with 1 for anything else.
 */
export async function runParty<S extends TSchema>(party: PartyMain<S>): Promise<void> {
  giveHeapRoom()
  const { name, logFields: fields } = party
  const log = openLog({ party: name, clock: systemClock, ...(fields && { fields }) })
  const owned = new AsyncDisposableStack()
  try {
    const { configPath, hasLifeline } = readArguments()
    const config = await loadConfig(configPath, party.schema)
    const shutDown = shutDownInOrder({ log, owned })
    if (hasLifeline) process.stdin.on('end', shutDown).on('error', shutDown).resume()
    const folder = path.dirname(path.resolve(configPath))
    const details = await party.start({ config, folder, log, clock: systemClock, owned })
    process.stdout.write(
      `${JSON.stringify({ ready: true, party: name, pid: process.pid, ...details })}\n`,
    )
  } catch (error) {
    await owned.disposeAsync().catch((err: unknown) => log.error({ err }, 'closing failed'))
    process.exit(reportFailure(error, log))
  }
}

function readArguments(): { configPath: string; hasLifeline: boolean } {
  const options = { config: { type: 'string' }, lifeline: { type: 'boolean' } } as const
  const { values } = parseArgs({ options, strict: true })
  if (!values.config) throw new ConfigError('CONFIG_INVALID', 'give --config <file>')
  return { configPath: values.config, hasLifeline: values.lifeline ?? false }
}

const CONFIGURATION = [ConfigError, JsonError, JsonFileError, SecretSourceError]

function reportFailure(error: unknown, log: Log): number {
  log.fatal({ err: error }, 'did not start')
  process.stderr.write(`${failureLine(error)}\n`)
  return CONFIGURATION.some((kind) => error instanceof kind) ? 2 : 1
}
