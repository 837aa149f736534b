import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

export interface ChildRequest {
  readonly name: string
  /** Main file of a party, which `runParty` runs. */
  readonly entry: string
  readonly configPath: string
  readonly nodeArguments?: readonly string[]
}

/** The ready line of a child. */
export interface ReadyChild {
  readonly name: string
  readonly pid: number
  readonly details: Readonly<Record<string, unknown>>
  /** Resolves when it has ended, however; never rejects. */
  readonly exited: Promise<ChildExit>
}

export interface ChildExit {
  readonly name: string
  readonly code: number | null
  readonly signal: string | null
}

export interface ChildrenOptions {
  /** Gets each line that a child writes, with its name before it. */
  readonly write: (line: string) => void
  /** Told when a child ends that nobody asked to end. Nothing is started again. */
  readonly onUnexpectedExit: (exit: ChildExit) => void
  /** How long a child may take until it is ready. Default 60 s. */
  readonly readyWithinMs?: number
  /** How long a child may take to end before it is killed. Default 15 s. */
  readonly graceMs?: number
}

/** Public: listed in docs/errors.md, never renamed. */
export type ChildErrorCode = 'CHILD_EXITED' | 'CHILD_NOT_READY'

export class ChildError extends Error {
  override readonly name = 'ChildError'
  readonly code: ChildErrorCode

  constructor(code: ChildErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The parties that a launcher started, each in a process of its own. */
export interface Children extends AsyncDisposable {
  /** @throws ChildError when it ends or the time is over before it is ready; then it is gone */
  start(request: ChildRequest): Promise<ReadyChild>
  /** Ends all, the last one first, and gives how each ended. */
  stop(): Promise<ChildExit[]>
}

/**
 * Children get signals from us alone, not from the terminal, and end when we do: in good order
 * through the lifeline if we are killed, at once if we exit without stopping them.
 */
export function superviseChildren(options: ChildrenOptions): Children {
  const running: Child[] = []
  const killAll = () => {
    for (const { process } of running) process.kill('SIGKILL')
  }
  process.once('exit', killAll)
  const stop = async () => {
    const exits: ChildExit[] = []
    for (let child = running.pop(); child; child = running.pop()) {
      exits.push(await end(child, options.graceMs ?? 15_000))
    }
    process.removeListener('exit', killAll)
    return exits
  }
  return {
    start: (request) => start(request, running, options),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

interface Child {
  readonly process: ChildProcess
  /** Resolves when it ended; never rejects. */
  readonly exit: Promise<ChildExit>
}

async function start(
  request: ChildRequest,
  running: Child[],
  options: ChildrenOptions,
): Promise<ReadyChild> {
  const { child, firstLine } = launch(request, options.write)
  running.push(child)
  const timeout = new AbortController()
  const outcome = await Promise.race([
    firstLine,
    child.exit,
    delay(options.readyWithinMs ?? 60_000, 'late' as const, timeout),
  ])
  timeout.abort()
  const details = typeof outcome === 'object' && 'line' in outcome && readyDetails(outcome.line)
  if (details) {
    void child.exit.then((exit) => {
      if (forget(running, child)) options.onUnexpectedExit(exit)
    })
    const pid = child.process.pid ?? 0
    return { name: request.name, pid, details, exited: child.exit }
  }
  forget(running, child)
  throw await failureOf(child, request.name, outcome)
}

function launch(
  { name, entry, configPath, nodeArguments = [] }: ChildRequest,
  write: (line: string) => void,
) {
  const args = [...nodeArguments, entry, '--config', configPath, '--lifeline']
  const child = spawn(process.execPath, args, { stdio: 'pipe', detached: true })
  child.stdin.on('error', () => undefined)
  const prefixed = (line: string) => write(`[${name}] ${line}`)
  createInterface({ input: child.stderr }).on('line', prefixed)
  const output = createInterface({ input: child.stdout })
  const firstLine = once(output, 'line').then(([line]) => ({ line: String(line) }))
  void firstLine.then(() => output.on('line', prefixed))
  const exit = once(child, 'close').then(([code, signal]) => ({ name, code, signal }))
  return { child: { process: child, exit }, firstLine }
}

function readyDetails(line: string): Record<string, unknown> | undefined {
  try {
    const details: unknown = JSON.parse(line)
    if (Reflect.get(Object(details), 'ready') === true) return Object(details)
  } catch {
    // Not a ready line.
  }
  return undefined
}

async function failureOf(
  child: Child,
  name: string,
  outcome: ChildExit | { line: string } | 'late',
): Promise<ChildError> {
  child.process.kill('SIGKILL')
  const { code, signal } = await child.exit
  if (typeof outcome === 'object' && 'code' in outcome) {
    return new ChildError(
      'CHILD_EXITED',
      `${name} ended with ${code ?? signal} before it was ready`,
    )
  }
  return new ChildError('CHILD_NOT_READY', `${name} was not ready in time`)
}

/** Whether it was among the running, that is: nobody asked it to end. */
function forget(running: Child[], child: Child): boolean {
  const index = running.indexOf(child)
  if (index >= 0) running.splice(index, 1)
  return index >= 0
}

async function end(child: Child, graceMs: number): Promise<ChildExit> {
  // Windows has no signal to ask with; there the lifeline is what asks.
  if (process.platform === 'win32') child.process.stdin?.end()
  else child.process.kill('SIGTERM')
  const timeout = new AbortController()
  const late = delay(graceMs, undefined, timeout).then(() => child.process.kill('SIGKILL'))
  late.catch(() => undefined)
  const exit = await child.exit
  timeout.abort()
  return exit
}
