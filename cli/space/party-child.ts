import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { shortName } from './short-name.ts'
import type { PartyProcess } from './split.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type PartyChildErrorCode = 'PARTY_NOT_READY'

/** A party did not come up. The message ends with what it said last, and where its log is. */
export class PartyChildError extends Error {
  override readonly name = 'PartyChildError'
  readonly code: PartyChildErrorCode = 'PARTY_NOT_READY'
}

/** A party that runs as a process of its own. */
export interface PartyChild {
  readonly party: PartyProcess
  readonly pid: number
  /** Settles with the exit code, or null after a signal. */
  readonly ended: Promise<number | null>
  /** Asks it to stop, waits, and ends it by force when it does not. */
  readonly stop: () => Promise<void>
}

const READY_MS = 60_000
const STOP_MS = 10_000
const ENTRIES = path.resolve(import.meta.dirname, '..', '..')

/**
 * Starts a party from its configuration and waits for its ready line. Its stderr goes to `log` in
 * the folder of its configuration.
 *
 * @throws PartyChildError
 */
export async function startParty(party: PartyProcess): Promise<PartyChild> {
  const logFile = path.join(path.dirname(party.config), `${path.parse(party.config).name}.log`)
  await using log = await open(logFile, 'w', 0o600)
  const entry = path.join(
    ENTRIES,
    party.role === 'connector' ? 'connectors' : party.role,
    'main.ts',
  )
  const child = spawn(process.execPath, [entry, party.config], {
    stdio: ['ignore', 'pipe', log.fd],
    // Its own group: Ctrl-C on the terminal reaches the launcher alone, which stops all in order.
    detached: true,
  })
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null))
  const outcome = await Promise.race([readyLine(child), ended.then(() => 'ended'), deadline()])
  if (outcome !== 'ready' || child.pid === undefined) {
    child.kill('SIGKILL')
    const said = await lastLine(logFile)
    throw new PartyChildError(`${shortName(party.did)} did not come up: ${said} (see ${logFile})`)
  }
  child.stdout?.resume()
  return { party, pid: child.pid, ended, stop: () => stop(child, ended) }
}

async function readyLine(child: ChildProcess): Promise<'ready' | 'silent'> {
  if (child.stdout === null) return 'silent'
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) if (line.startsWith('{')) return 'ready'
  return 'silent'
}

async function deadline(): Promise<'late'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('late'), READY_MS).unref()
  })
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(force)
}

async function lastLine(file: string): Promise<string> {
  await using log = await open(file, 'r')
  const lines = (await log.readFile('utf8')).split('\n')
  const told = (line: string) => /^\S/.test(line) && !line.startsWith('Node.js v')
  return (
    lines.find((line) => /^\w*Error\b|^[A-Z_]+: /.test(line)) ?? lines.findLast(told) ?? 'nothing'
  )
}
