import type { BoundMapping } from '#connectors/mapping/bind-mapping'
import type { PostgresqlSource as PostgresqlSettings } from '#connectors/mapping/mapping-schema'
import { mappingDigest } from '#connectors/mapping/read-mapping'
import { type Digest, digestOf } from '#crypto/digest'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'
import { type Aggregate, aggregateSql } from './aggregate-sql.ts'
import { type CheckOutcome, checkRows, reportOf } from './check-sql.ts'
import { SourceError } from './errors.ts'
import { contentDigest, type FoundRelation, findRelation, SNAPSHOT } from './postgresql-relation.ts'
import { mustOnlyRead } from './postgresql-role.ts'
import { type Ask, PostgresqlSession } from './postgresql-session.ts'
import { asksFor, relationOver } from './relation.ts'
import { within } from './run-limits.ts'
import type { RunLimits, Source, SourceReport } from './source.ts'

export interface PostgresqlOptions {
  readonly bound: BoundMapping
  readonly source: PostgresqlSettings
  /** The connection URL with its password. */
  readonly url: string
}

interface Pinned {
  readonly relation: FoundRelation
  readonly outcome: CheckOutcome
  readonly report: SourceReport
}

/**
 * A table or view in the holder's own PostgreSQL, read by a role that can do nothing else. Each
 * question sees one snapshot; the version is compared within it. With a `declaredVersion` the
 * holder answers for the content and no digest is taken, but rows that the mapping refuses are
 * still noticed.
 */
export class PostgresqlSource implements Source {
  readonly dialect = 'postgresql'
  readonly #options: PostgresqlOptions
  readonly #mapping: Digest
  readonly #sessions = new Set<PostgresqlSession>()
  #pinned: Promise<Pinned> | undefined
  #latest: { readonly snapshot: string; readonly version: Digest } | undefined
  #isClosed = false

  constructor(options: PostgresqlOptions) {
    this.#options = options
    this.#mapping = mappingDigest(options.bound.mapping)
  }

  async check(): Promise<SourceReport> {
    return (await this.#pin()).report
  }

  async version(): Promise<Digest> {
    const pinned = await this.#pin()
    await using session = await this.#begin()
    await this.#mustBeUnchanged(pinned, session.ask)
    return pinned.report.version
  }

  async explain(question: AggregateQuestion): Promise<string> {
    const pinned = await this.#pin()
    await using session = await this.#begin()
    const { text, values } = this.#aggregate(question, pinned).statement
    const rows = await session.ask({ text: `EXPLAIN ${text}`, values })
    return rows.map(([line]) => line ?? '').join('\n')
  }

  async run(question: AggregateQuestion, limits: RunLimits): Promise<readonly GroupPart[]> {
    const pinned = await this.#pin()
    let session: PostgresqlSession | undefined
    let isStopped = false
    const stop = () => {
      isStopped = true
      session?.cancel()
    }
    return await within(limits, stop, async () => {
      await using begun = await this.#begin(limits.deadlineMs)
      session = begun
      if (isStopped) return []
      await this.#mustBeUnchanged(pinned, begun.ask)
      const aggregate = this.#aggregate(question, pinned)
      return aggregate.read(await begun.ask(aggregate.statement))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const session of this.#sessions) session.cancel()
    this.#sessions.clear()
  }

  #aggregate(question: AggregateQuestion, { relation, outcome }: Pinned): Aggregate {
    const { bound, source } = this.#options
    // Under a declared version rows may have changed: what the check found is not relied on.
    const watch = source.declaredVersion !== undefined
    const options = { wanted: asksFor(question), watch }
    const rowPerUnit = outcome.facts.rowPerUnit && !watch
    const facts = { ...outcome.facts, rowPerUnit }
    const over = relationOver(bound, [relation.place], this.dialect, facts, options)
    return aggregateSql(question, over)
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
    const { bound, source } = this.#options
    await using session = await this.#begin()
    const { ask } = session
    await mustOnlyRead(ask)
    const relation = await findRelation(bound, source, ask)
    const outcome = await checkRows(bound, [relation.place], this.dialect, ask)
    const version = await this.#versionIn(relation, ask)
    return { relation, outcome, report: reportOf(this.dialect, version, outcome) }
  }

  async #mustBeUnchanged({ relation, report }: Pinned, ask: Ask): Promise<void> {
    if ((await this.#versionIn(relation, ask)) === report.version) return
    throw new SourceError('SOURCE_CHANGED', 'the relation is no longer the one that was checked')
  }

  async #versionIn(relation: FoundRelation, ask: Ask): Promise<Digest> {
    const { bound, source } = this.#options
    const { declaredVersion } = source
    if (declaredVersion !== undefined) return this.#versionOf({ declared: declaredVersion })
    const [[snapshot] = []] = await ask(SNAPSHOT)
    if (relation.isPlainTable && snapshot && this.#latest?.snapshot === snapshot) {
      return this.#latest.version
    }
    const [[content] = []] = await ask(contentDigest(bound, relation))
    const version = this.#versionOf({ content: content ?? '' })
    if (snapshot) this.#latest = { snapshot, version }
    return version
  }

  #versionOf(content: { readonly [kind: string]: string }): Digest {
    return digestOf('baotu/source-version@1', { mapping: this.#mapping, ...content })
  }

  async #begin(timeoutMs?: number): Promise<PostgresqlSession> {
    if (this.#isClosed) throw new SourceError('SOURCE_CLOSED', 'the source is closed')
    return await PostgresqlSession.begin(this.#options.url, timeoutMs, this.#sessions)
  }
}
