import type { CitySpec } from './city-spec.ts'
import type { Firm } from './firm.ts'
import type { HolderId } from './holder-keys.ts'

/** Text, a safe integer (money in fen, flags 0 and 1, `ym` as 202401), or an absent value. */
export type Cell = string | number | null
/** Cells in the order of the table's columns. */
export type Row = readonly Cell[]

/** How sensitive a field is, 1 to 5 after JR/T 0197-2020; 4 is about a natural person. */
export type Level = 1 | 2 | 3 | 4 | 5

export interface Column {
  readonly name: string
  /** `date` is text `YYYY-MM-DD`; `int64` cells are within ±2^53. */
  readonly type: 'text' | 'int64' | 'date'
  readonly level: Level
  readonly nullable: boolean
}

/** One holder's table: its columns and how the rows of one firm come about. */
export interface Table {
  readonly id: string
  readonly holder: HolderId
  /** What one row is. */
  readonly title: string
  readonly columns: readonly Column[]
  /** Prepares the table's own streams once; the result appends the rows of one firm, in order. */
  readonly open: (spec: CitySpec) => (firm: Firm, rows: Row[]) => void
}

/** A text column. */
export function text(name: string, level: Level, nullable = false): Column {
  return { name, type: 'text', level, nullable }
}

/** A column of safe integers. */
export function int64(name: string, level: Level, nullable = false): Column {
  return { name, type: 'int64', level, nullable }
}

/** A column of calendar days. */
export function date(name: string, level: Level, nullable = false): Column {
  return { name, type: 'date', level, nullable }
}
