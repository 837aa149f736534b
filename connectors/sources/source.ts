import type { Digest } from '#crypto/digest'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'

/** How long one question may take. */
export interface RunLimits {
  /** Milliseconds from the call, waiting included. When they are over the engine is stopped. */
  readonly deadlineMs: number
  /** Stops the engine early; the run refuses with `SOURCE_ABORTED`. */
  readonly signal?: AbortSignal
}

/**
 * Aggregation in the engine that holds the rows. Whatever the engine, its threads and the order of
 * its files, the same rows give the same integers.
 */
export interface AggregatePushdown {
  readonly dialect: 'duckdb' | 'postgresql'
  /** The engine's plan, for the holder's own eyes: it may show bound values. */
  explain(question: AggregateQuestion): Promise<string>
  /** Groups in ascending order, those without units absent. Throws SourceError, MappingError. */
  run(question: AggregateQuestion, limits: RunLimits): Promise<readonly GroupPart[]>
}

/**
 * A holder's data behind one mapping. A source answers for one version, the one that `check` found:
 * when the data moves on, `version` and `run` refuse with `SOURCE_CHANGED` and the holder opens
 * another source.
 */
export interface Source extends AggregatePushdown, AsyncDisposable {
  /** Names data and mapping; runs `check` first where nobody did. */
  version(): Promise<Digest>
  /** Reads all data against the mapping, once. Throws MappingError with everything to mend. */
  check(): Promise<SourceReport>
}

/** What a source holds, in sizes; for the holder's own eyes. */
export interface SourceReport {
  readonly dialect: 'duckdb' | 'postgresql'
  readonly version: Digest
  /** Rows that count; skipped rows are not among them. */
  readonly rows: bigint
  readonly skipped: bigint
  /** Distinct units of analysis. */
  readonly units: bigint
  readonly places: readonly SourcePlace[]
}

/** One file, or the relation. */
export interface SourcePlace {
  readonly name: string
  readonly rows: bigint
  readonly skipped: bigint
}
