import type { CitySpec } from '#tools/city/city-spec'
import { columnsOf, rowsOf } from '#tools/city/generator'
import type { Cell } from '#tools/city/table'

export type NamedRow = ReadonlyMap<string, Cell>

/** A table in memory, each row by column name. */
export function recordsOf(table: string, spec: CitySpec): readonly NamedRow[] {
  const names = columnsOf(table).map(({ name }) => name)
  return Array.from(
    rowsOf(table, spec),
    (row) => new Map(names.map((name, at) => [name, row[at] ?? null])),
  )
}

/** The cell as text; the empty text for an absent one. */
export function textOf(record: NamedRow, name: string): string {
  return String(record.get(name) ?? '')
}

/** The cell as an exact integer. Throws when it is absent. */
export function integerOf(record: NamedRow, name: string): bigint {
  return BigInt(record.get(name) ?? 'absent')
}

/** Share of the records that hold a condition. */
export function shareOf(
  records: readonly NamedRow[],
  holds: (record: NamedRow) => boolean,
): number {
  return records.filter(holds).length / records.length
}
