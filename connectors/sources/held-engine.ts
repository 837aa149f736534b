import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BoundMapping } from '#connectors/mapping/bind-mapping'
import type { FilesSource } from '#connectors/mapping/mapping-schema'
import type { AggregateQuestion } from '#protocol/plans/aggregate-question'
import { type CheckOutcome, checkRows } from './check-sql.ts'
import { DuckdbEngine } from './duckdb-engine.ts'
import type { EngineRows } from './duckdb-messages.ts'
import { duckdbPlaces } from './duckdb-places.ts'
import type { HeldFile } from './held-files.ts'
import { asksFor, type Relation, type RelationFacts, relationOver, storedAs } from './relation.ts'
import type { Place } from './row-sql.ts'
import { type Statement, toStatement } from './sql.ts'
import { type ReadableFile, readableFile } from './text-files.ts'

export interface HoldingOptions {
  readonly bound: BoundMapping
  readonly source: FilesSource
  /** Where copies in UTF-8 of files in other encodings lie, each set in a private folder. */
  readonly temporaryFolder: string
}

const TABLE = 'relation'

/**
 * An engine over a set of files: their rows copied into its memory (`hold: memory`, the default;
 * afterwards no file is read any more), or read anew for each question (`hold: scan`).
 */
export class HeldEngine implements AsyncDisposable {
  readonly #bound: BoundMapping
  readonly #source: FilesSource
  readonly #engine: DuckdbEngine
  readonly #places: readonly Place[]
  readonly #copies: string

  private constructor(
    { bound, source }: HoldingOptions,
    engine: DuckdbEngine,
    places: readonly Place[],
    copies: string,
  ) {
    this.#bound = bound
    this.#source = source
    this.#engine = engine
    this.#places = places
    this.#copies = copies
  }

  /** Throws SourceError for what cannot be read, MappingError for columns that do not fit. */
  static async open(options: HoldingOptions, files: readonly HeldFile[]): Promise<HeldEngine> {
    await using stack = new AsyncDisposableStack()
    const copies = await mkdtemp(join(options.temporaryFolder, 'baotu-source-'))
    stack.defer(() => removed(copies))
    const readable: ReadableFile[] = []
    for (const file of files) readable.push(await readableFile(file, copies))
    const names = new Map(readable.map(({ file, path }) => [path, file.name]))
    const { threads = 2, memoryMb = 1024 } = options.source.engine ?? {}
    const engine = stack.use(await DuckdbEngine.start({ threads, memoryMb }, names))
    const places = await duckdbPlaces(options.bound, readable, engine)
    stack.move()
    return new HeldEngine(options, engine, places, copies)
  }

  get isAlive(): boolean {
    return this.#engine.isAlive
  }

  /** Reads all rows against the mapping. */
  async check(): Promise<CheckOutcome> {
    return await checkRows(this.#bound, this.#places, 'duckdb', (s) => this.#engine.select(s))
  }

  /** Copies the rows into memory where the mapping does not say `scan`; copies of files go. */
  async hold(facts: RelationFacts): Promise<void> {
    if (this.#scans) return
    const { select } = relationOver(this.#bound, this.#places, 'duckdb', facts)
    await this.#engine.store(TABLE, toStatement(select))
    await removed(this.#copies)
  }

  relationFor(question: AggregateQuestion, facts: RelationFacts): Relation {
    const wanted = this.#scans ? asksFor(question) : undefined
    const relation = relationOver(this.#bound, this.#places, 'duckdb', facts, { wanted })
    return this.#scans ? relation : storedAs(relation, TABLE)
  }

  select(statement: Statement): Promise<EngineRows> {
    return this.#engine.select(statement)
  }

  explain(statement: Statement): Promise<EngineRows> {
    return this.#engine.explain(statement)
  }

  kill(): void {
    this.#engine[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await removed(this.#copies)
  }

  get #scans(): boolean {
    return this.#source.engine?.hold === 'scan'
  }
}

async function removed(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
