import { mappingDigest } from '#connectors/mapping/read-mapping'
import type { Digest } from '#crypto/digest'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'
import type { Clock } from '#runtime/clock'
import { aggregateSql } from './aggregate-sql.ts'
import { type CheckOutcome, reportOf } from './check-sql.ts'
import { SourceError } from './errors.ts'
import { FileVersions } from './file-versions.ts'
import { HeldEngine, type HoldingOptions } from './held-engine.ts'
import { type HeldFile, heldFiles } from './held-files.ts'
import { within } from './run-limits.ts'
import type { RunLimits, Source, SourceReport } from './source.ts'

export interface DuckdbOptions extends HoldingOptions {
  /** What relative paths of the mapping start from. */
  readonly folder: string
  readonly clock: Clock
}

interface Pinned {
  readonly files: readonly HeldFile[]
  readonly outcome: CheckOutcome
  readonly report: SourceReport
}

/** CSV, Parquet and JSON files behind a locked-down DuckDB. */
export class DuckdbSource implements Source {
  readonly dialect = 'duckdb'
  readonly #options: DuckdbOptions
  readonly #mapping: Digest
  readonly #versions: FileVersions
  #pinned: Promise<Pinned> | undefined
  #engine: HeldEngine | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: DuckdbOptions) {
    this.#options = options
    this.#mapping = mappingDigest(options.bound.mapping)
    this.#versions = new FileVersions(options.clock)
  }

  async check(): Promise<SourceReport> {
    return (await this.#pin()).report
  }

  async version(): Promise<Digest> {
    const pinned = await this.#pin()
    await this.#mustBeUnchanged(pinned)
    return pinned.report.version
  }

  async explain(question: AggregateQuestion): Promise<string> {
    const pinned = await this.#pin()
    return await this.#inTurn(async () => {
      const engine = await this.#open(pinned)
      const relation = engine.relationFor(question, pinned.outcome.facts)
      const rows = await engine.explain(aggregateSql(question, relation).statement)
      return rows.map((row) => row.at(-1) ?? '').join('\n')
    })
  }

  async run(question: AggregateQuestion, limits: RunLimits): Promise<readonly GroupPart[]> {
    const pinned = await this.#pin()
    let state: 'waiting' | 'running' | 'stopped' = 'waiting'
    const stop = () => {
      if (state === 'running') this.#engine?.kill()
      state = 'stopped'
    }
    return await within(limits, stop, () => {
      return this.#inTurn(async () => {
        if (state === 'stopped') return []
        state = 'running'
        try {
          return await this.#answer(question, pinned)
        } finally {
          state = 'stopped'
        }
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#engine?.[Symbol.asyncDispose]()
  }

  #pin(): Promise<Pinned> {
    if (this.#pinned === undefined) {
      const pinned = this.#readAll()
      this.#pinned = pinned
      pinned.catch(() => {
        this.#pinned = undefined
      })
    }
    return this.#pinned
  }

  async #readAll(): Promise<Pinned> {
    const { source, folder } = this.#options
    const files = await heldFiles(source.files, folder)
    const version = await this.#versions.of(this.#mapping, files)
    const engine = await this.#start(files)
    const outcome = await engine.check()
    await engine.hold(outcome.facts)
    const pinned = { files, outcome, report: reportOf(this.dialect, version, outcome) }
    await this.#mustBeUnchanged(pinned)
    return pinned
  }

  async #answer(question: AggregateQuestion, pinned: Pinned): Promise<readonly GroupPart[]> {
    await this.#mustBeUnchanged(pinned)
    const engine = await this.#open(pinned)
    const aggregate = aggregateSql(question, engine.relationFor(question, pinned.outcome.facts))
    const groups = aggregate.read(await engine.select(aggregate.statement))
    await this.#mustBeUnchanged(pinned)
    return groups
  }

  // A killed engine is started again with the same files; their version was just compared.
  async #open({ files, outcome }: Pinned): Promise<HeldEngine> {
    if (this.#engine?.isAlive) return this.#engine
    const engine = await this.#start(files)
    await engine.hold(outcome.facts)
    return engine
  }

  async #start(files: readonly HeldFile[]): Promise<HeldEngine> {
    await this.#engine?.[Symbol.asyncDispose]()
    if (this.#isClosed) throw closed()
    const engine = await HeldEngine.open(this.#options, files)
    this.#engine = engine
    if (!this.#isClosed) return engine
    await engine[Symbol.asyncDispose]()
    throw closed()
  }

  async #mustBeUnchanged({ files, report }: Pinned): Promise<void> {
    if (this.#isClosed) throw closed()
    if ((await this.#versions.of(this.#mapping, files)) === report.version) return
    throw new SourceError('SOURCE_CHANGED', 'the files are no longer those that were checked')
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

function closed(): SourceError {
  return new SourceError('SOURCE_CLOSED', 'the source is closed')
}
