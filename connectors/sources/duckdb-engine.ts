import { type ChildProcess, fork } from 'node:child_process'
import type { EngineReply, EngineRequest, EngineRows, EngineSettings } from './duckdb-messages.ts'
import { SourceError } from './errors.ts'
import type { Statement } from './sql.ts'

interface Waiting {
  resolve(rows: EngineRows): void
  reject(error: SourceError): void
}

/**
 * A locked-down DuckDB in a process of its own, without the connector's environment. DuckDB does
 * not always heed an interrupt, so what overruns is killed as a process.
 */
export class DuckdbEngine implements Disposable {
  readonly #process: ChildProcess
  readonly #names: ReadonlyMap<string, string>
  readonly #waiting = new Map<number, Waiting>()
  #requests = 0
  #isAlive = true

  private constructor(names: ReadonlyMap<string, string>) {
    this.#names = names
    this.#process = fork(new URL(import.meta.resolve('#connectors/sources/duckdb-process')), {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#process.on('message', (reply: EngineReply) => this.#settle(reply))
    this.#process.on('error', () => this.#end())
    this.#process.on('exit', () => this.#end())
  }

  /** `names`: what errors call each of the paths. */
  static async start(
    settings: Omit<EngineSettings, 'paths'>,
    names: ReadonlyMap<string, string>,
  ): Promise<DuckdbEngine> {
    const engine = new DuckdbEngine(names)
    await engine.#ask({ kind: 'open', settings: { ...settings, paths: [...names.keys()] } })
    return engine
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  get processId(): number | undefined {
    return this.#process.pid
  }

  select(statement: Statement): Promise<EngineRows> {
    return this.#ask({ kind: 'select', statement })
  }

  explain(statement: Statement): Promise<EngineRows> {
    return this.#ask({ kind: 'explain', statement })
  }

  /** Name and type of each column of the answer that the statement would give. */
  columns(statement: Statement): Promise<EngineRows> {
    return this.#ask({ kind: 'columns', statement })
  }

  /** Keeps a SELECT's answer as a table; once in an engine's life. */
  async store(table: string, statement: Statement): Promise<void> {
    await this.#ask({ kind: 'store', table, statement })
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL')
    this.#end()
  }

  #ask(request: EngineRequest): Promise<EngineRows> {
    if (!this.#isAlive) return Promise.reject(gone())
    this.#requests += 1
    const id = this.#requests
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send({ ...request, id }, (error) => error && this.#end())
    })
  }

  #settle(reply: EngineReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('rows' in reply) waiting?.resolve(reply.rows)
    else waiting?.reject(errorOf(reply.failure, this.#names))
  }

  #end(): void {
    this.#isAlive = false
    for (const { reject } of this.#waiting.values()) reject(gone())
    this.#waiting.clear()
  }
}

type Failure = Extract<EngineReply, { failure: unknown }>['failure']

function errorOf({ reason, path, line }: Failure, names: ReadonlyMap<string, string>): SourceError {
  const file = path === undefined ? undefined : names.get(path)
  const place = [file, line && `line ${line}`].filter(Boolean).join(', ')
  if (reason === 'Out of Memory Error') {
    const advice = 'raise `engine.memoryMb`, or set `engine.hold` to `scan`'
    return new SourceError('SOURCE_MEMORY', `the engine's memory is full: ${advice}`)
  }
  if (place !== '') return new SourceError('SOURCE_UNREADABLE', `${place}: ${reason}`)
  return new SourceError('SOURCE_ENGINE', `DuckDB: ${reason}`)
}

function gone(): SourceError {
  return new SourceError('SOURCE_ENGINE', 'the engine is gone')
}
