import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '../free-ports.ts'
import { EmbeddedError } from './embedded-error.ts'
import { runProgram, startProgram } from './run-program.ts'
import type { ServerHome } from './server-home.ts'

/** What `postmaster.pid`, PostgreSQL's own lock on its data folder, says. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

/** The server that the lock names, whether it still runs or not. */
export async function readPostmaster(home: ServerHome): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(home.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , , port, , , , status] = text.split('\n').map((line) => line.trim())
  if (!(Number(pid) > 0)) return undefined
  return { pid: Number(pid), port: Number(port), isReady: status === 'ready' }
}

/**
 * Starts a server on a free port of the loopback interface and waits until it serves. `undefined`
 * when it ended instead: another server holds the folder, or somebody took the port meanwhile.
 * The lock that keeps two servers out of one folder is PostgreSQL's own.
 */
export async function startPostmaster(
  home: ServerHome,
  settings: Readonly<Record<string, string>>,
): Promise<Postmaster | undefined> {
  const [port = 0] = await freePorts(1)
  const args = serverArguments(home, port, settings)
  const child = await startProgram(home.programs.postgres, args, home, await reusedPid(home))
  child.unref()
  for (let waited = 0; child.exitCode === null && child.signalCode === null; waited += 10) {
    const found = await readPostmaster(home)
    if (found?.isReady && found.pid === child.pid) return found
    // Recovery after a crash takes as long as it takes; a server that hangs is told apart.
    if (waited > 120_000) throw notStarted(home)
    await delay(10)
  }
  return undefined
}

/** Ends a server as an operator would: sessions are cut, data is flushed. */
export async function stopPostmaster(home: ServerHome): Promise<void> {
  await runProgram(home.programs.pgCtl, ['stop', '-D', home.data, '-m', 'fast', '-w', '-s'], home)
}

export function notStarted(home: ServerHome): EmbeddedError {
  return new EmbeddedError('EMBEDDED_START_FAILED', `PostgreSQL did not start, see ${home.log}`)
}

function serverArguments(
  { data }: ServerHome,
  port: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  const all = { ...SETTINGS, port: String(port), ...settings }
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

// Reached by password over loopback alone. Statements and their errors hold values, so neither is
// written to the server's log: only starts, stops and what ends a session or the server.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_checkpoints: 'off',
}

/**
 * After a crash of the machine the lock may name a process number that somebody else has now, and
 * PostgreSQL would refuse to start. Where Linux shows that it is no PostgreSQL of this folder, the
 * server is told to pass over that number, by the means that its own pg_ctl uses; its check for
 * shared memory in use stays in force.
 */
async function reusedPid(home: ServerHome): Promise<Record<string, string>> {
  const found = await readPostmaster(home)
  if (!found || process.platform !== 'linux') return {}
  const command = await readFile(`/proc/${found.pid}/cmdline`, 'utf8').catch(() => undefined)
  if (command === undefined || command.split('\0').includes(home.data)) return {}
  return { PG_GRANDPARENT_PID: String(found.pid) }
}
