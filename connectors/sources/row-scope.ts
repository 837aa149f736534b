import { sql } from 'kysely'
import { type Dialect, joined, type Sql } from './sql.ts'

/**
 * How a column arrives. `integer`: at most 64 bits, signed; `numeric`: exact decimals;
 * `approximate`: 8-byte floating point, whose shortest text is taken, at most 15 digits of it;
 * `opaque`: read by its text only.
 */
export type ColumnKind = 'text' | 'integer' | 'numeric' | 'approximate' | 'boolean' | 'opaque'

export interface RawColumn {
  readonly ref: Sql
  readonly kind: ColumnKind
  /** True in rows whose text was written for a floating-point number, where that differs by row. */
  readonly approximate?: Sql
}

/** What an expression may refer to while it becomes SQL. */
export interface Scope {
  readonly dialect: Dialect
  /** Texts that count as empty besides the empty text. */
  readonly empties: readonly string[]
  column(name: string): RawColumn
  /** Joins a table of codes on `key`; the result is NULL where `key` is none of them. */
  lookup(key: Sql, codes: ReadonlyMap<string, string>): Sql
}

/** Text of a row: NULL where the cell is empty. The flags are never NULL; undefined is never. */
export interface TextRow {
  readonly text: Sql
  readonly bad: Sql | undefined
  /** Comes out of floating point, so that digits may be missing. */
  readonly approximate: Sql | undefined
}

/** Blanks as they stand in exported tables: also no-break ones, ideographic, and a stray mark. */
export const BLANKS = ' \t\r\n\u00a0\u202f\u3000\ufeff'

/** True where any holds; undefined where none can. */
export function anyOf(flags: readonly (Sql | undefined)[]): Sql | undefined {
  const some = flags.filter((flag) => flag !== undefined)
  return some.length === 0 ? undefined : joined(some, sql` OR `, sql`FALSE`)
}
