import { Worker } from 'node:worker_threads'
import { CryptoError, type CryptoErrorCode } from '../errors.ts'
import type { CellJobs, CellReply, CellRequest, CellStart } from './cell-protocol.ts'
import type { ParameterSet } from './parameters.ts'

/** Limits of a cell. None has a default: the owner knows its machine. */
export interface CellOptions {
  readonly set: ParameterSet
  /** Cap of the engine's memory in MiB, enforced by WebAssembly itself; 256 suits TAB. */
  readonly memoryMb: number
  /** Longest time of one job, and of starting, in ms. A cell over it is ended in mid-work. */
  readonly deadlineMs: number
}

/**
 * A worker with one engine, that does one job at a time. After *any* failure it is ended and never
 * used again: one failed allocation makes SEAL spin for ever, and a cell that failed once is not
 * worth proving sound. The job that failed gets its code (`HE_DEADLINE`, `HE_OUT_OF_MEMORY`,
 * `HE_WIRE` …), every later one `HE_CELL_CLOSED`. Disposing ends the worker.
 */
export interface Cell<Jobs extends CellJobs> extends AsyncDisposable {
  /** Jobs queue up; the deadline of each counts from when it is handed over. */
  run<Job extends keyof Jobs & string>(
    job: Job,
    body: Jobs[Job]['request'],
  ): Promise<Jobs[Job]['response']>
}

/** Cells of one kind with one started in advance, so that a failed one is replaced at once. */
export interface CellPool<Jobs extends CellJobs> extends AsyncDisposable {
  /** A fresh cell that nobody used. The caller owns it. */
  take(): Promise<Cell<Jobs>>
}

// The cell's own JavaScript heap: jobs are a few hundred kB, so this is ample and still a cap.
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 }

/** Starts a cell whose entry file calls `serveCell`; resolves when its engine is ready. */
export async function openCell<Jobs extends CellJobs>(
  entry: URL,
  options: CellOptions,
): Promise<Cell<Jobs>> {
  const cell = new WorkerCell(entry, options)
  await cell.ready
  return cell as Cell<Jobs>
}

/** A pool over `entry`. The first spare starts now; a spare that fails to start fails `take`. */
export function openCellPool<Jobs extends CellJobs>(
  entry: URL,
  options: CellOptions,
): CellPool<Jobs> {
  const start = () => {
    const starting = openCell<Jobs>(entry, options)
    starting.catch(() => undefined)
    return starting
  }
  let spare: Promise<Cell<Jobs>> | undefined = start()
  return {
    take: () => {
      if (spare === undefined) return Promise.reject(closed())
      const taken = spare
      spare = start()
      return taken
    },
    [Symbol.asyncDispose]: async () => {
      const last = spare
      spare = undefined
      const cell = await last?.catch(() => undefined)
      await cell?.[Symbol.asyncDispose]()
    },
  }
}

class WorkerCell implements AsyncDisposable {
  readonly ready: Promise<unknown>
  readonly #worker: Worker
  readonly #deadlineMs: number
  #pending: PromiseWithResolvers<unknown> | undefined
  #tail: Promise<unknown>
  #ended: Promise<unknown> | undefined

  constructor(entry: URL, { set, memoryMb, deadlineMs }: CellOptions) {
    const workerData: CellStart = { set: set.id, memoryMb }
    const quiet = { stdout: true, stderr: true, env: {}, execArgv: [] }
    this.#deadlineMs = deadlineMs
    this.#worker = new Worker(entry, { workerData, resourceLimits: HEAP, ...quiet })
    this.#worker.on('message', (reply: CellReply) => this.#settle(reply))
    this.#worker.on('error', (cause) => this.#end(workerError(cause)))
    this.#worker.on('exit', () => this.#end(closed()))
    this.ready = this.#awaitReply()
    this.#tail = this.ready.catch(() => undefined)
  }

  run(job: string, body: unknown): Promise<unknown> {
    const turn = this.#tail.then(() => this.#post({ job, body }))
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(closed())
    await this.#ended
  }

  #post(request: CellRequest): Promise<unknown> {
    if (this.#ended !== undefined) throw closed()
    this.#worker.postMessage(request)
    return this.#awaitReply()
  }

  #awaitReply(): Promise<unknown> {
    const pending = Promise.withResolvers<unknown>()
    const late = () => this.#end(refused('HE_DEADLINE', `no answer in ${this.#deadlineMs} ms`))
    const timer = setTimeout(late, this.#deadlineMs)
    this.#pending = pending
    return pending.promise.finally(() => clearTimeout(timer))
  }

  #settle(reply: CellReply): void {
    if ('code' in reply) this.#end(refused(reply.code, 'cell refused'))
    else this.#pending?.resolve(reply.body)
  }

  #end(error: CryptoError): void {
    this.#ended ??= this.#worker.terminate()
    this.#pending?.reject(error)
  }
}

function workerError(cause: Error): CryptoError {
  const code = 'code' in cause ? cause.code : undefined
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? refused('HE_OUT_OF_MEMORY', 'cell is out of memory')
    : new CryptoError('HE_ENGINE', 'cell ended unexpectedly', { cause })
}

function refused(code: CryptoErrorCode, message: string): CryptoError {
  return new CryptoError(code, message)
}

function closed(): CryptoError {
  return refused('HE_CELL_CLOSED', 'cell has ended')
}
