import { closeSync, openSync, writeSync } from 'node:fs'
import type { CitySpec } from './city-spec.ts'
import { columnsOf, rowsOf } from './generator.ts'
import type { Cell, Row } from './table.ts'

/** RFC 4180 ends every record so. */
const LINE_END = '\r\n'
const CHUNK_CHARACTERS = 1 << 20
/** A space at either end is legal bare, but readers trim it. */
const NEEDS_QUOTES = /[",\r\n]|^[\s\ufeff]|[\s\ufeff]$/

/** One record of RFC 4180: absent values are empty, empty text is `""`. */
export function csvRecord(row: Row): string {
  let line = ''
  for (let at = 0; at < row.length; at++) {
    if (at > 0) line += ','
    line += field(row[at] ?? null)
  }
  return line + LINE_END
}

/** A table as CSV text in chunks of about a million characters, its header first. */
export function* csvChunks(table: string, spec: CitySpec): Generator<string, number> {
  let chunk = csvRecord(columnsOf(table).map(({ name }) => name))
  let count = 0
  for (const row of rowsOf(table, spec)) {
    chunk += csvRecord(row)
    count++
    if (chunk.length < CHUNK_CHARACTERS) continue
    yield chunk
    chunk = ''
  }
  yield chunk
  return count
}

/** Writes a table to a file in UTF-8 and returns the number of its rows. */
export function writeCsv(path: string, table: string, spec: CitySpec): number {
  const chunks = csvChunks(table, spec)
  const file = openSync(path, 'w')
  try {
    let step = chunks.next()
    for (; !step.done; step = chunks.next()) writeSync(file, step.value)
    return step.value
  } finally {
    closeSync(file)
  }
}

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  if (cell === '') return '""'
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
