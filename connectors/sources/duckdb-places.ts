import { sql } from 'kysely'
import { type BoundMapping, refusal } from '#connectors/mapping/bind-mapping'
import { columnProblems, columnsRead, type DeclaredColumn } from './columns.ts'
import type { DuckdbEngine } from './duckdb-engine.ts'
import type { ColumnKind, RawColumn } from './row-scope.ts'
import type { Place } from './row-sql.ts'
import { type Sql, text, toStatement } from './sql.ts'
import type { ReadableFile } from './text-files.ts'

/**
 * How each file is read, with the kind of every column. Nothing is guessed: delimiter, quote and
 * header come from the mapping, all cells arrive as text or in the type that the file declares.
 * Throws `MAPPING_REFUSED` for columns that are missing, doubled or of an unreadable type.
 */
export async function duckdbPlaces(
  bound: BoundMapping,
  files: readonly ReadableFile[],
  engine: DuckdbEngine,
): Promise<readonly Place[]> {
  const read = columnsRead(bound)
  const tables = await Promise.all(files.map((file) => tableOf(file, read, engine)))
  const problems = tables.flatMap(({ place, declared }) => {
    return columnProblems(bound, place.name, declared)
  })
  if (problems.length > 0) throw refusal(problems)
  return tables.map(({ place }) => place)
}

interface Table {
  readonly place: Place
  readonly declared: readonly DeclaredColumn[]
}

async function tableOf(
  readable: ReadableFile,
  read: ReadonlySet<string>,
  engine: DuckdbEngine,
): Promise<Table> {
  const { name, entry } = readable.file
  const { format } = entry
  if (readable.csv) return csvTable(readable, readable.csv)
  const open = format === 'parquet' ? parquet(readable.path) : jsonNames(readable.path)
  const found = await engine.columns(toStatement(sql`SELECT * FROM ${open} LIMIT 0`))
  const columns = found.map(([column, type]) => [column ?? '', type ?? ''] as const)
  if (format === 'parquet') return parquetTable(name, open, columns)
  const names = columns.map(([column]) => column)
  return jsonTable(name, readable.path, names, read)
}

// Cells are named by position, so that no header cell ever becomes part of a statement.
function csvTable(
  { file, path }: ReadableFile,
  { columns: names, records }: NonNullable<ReadableFile['csv']>,
): Table {
  const { delimiter = ',', quote = '"', header = true } = file.entry
  const types = names.map((_, index) => sql`${sql.lit(`c${index}`)}: 'VARCHAR'`)
  const from = sql`read_csv(${text(path)}, auto_detect = false, compression = 'none',
    delim = ${sql.lit(delimiter)}, quote = ${sql.lit(quote)}, escape = ${sql.lit(quote)},
    header = ${sql.lit(header)}, columns = {${sql.join(types)}}, strict_mode = true,
    null_padding = false, ignore_errors = false)`
  const columns = names.map((name, index) => [name, column(`c${index}`, 'text')] as const)
  return {
    place: { name: file.name, from, columns: new Map(columns), records },
    declared: names.map((name) => ({ name, isReadable: true })),
  }
}

function parquetTable(
  name: string,
  from: Sql,
  found: readonly (readonly [string, string])[],
): Table {
  const kinds = found.map(([name, type]) => [name, kindOf(type)] as const)
  const columns = kinds.flatMap(([name, kind]) => {
    return kind === undefined ? [] : [[name, column(name, kind)] as const]
  })
  return {
    place: { name, from, columns: new Map(columns) },
    declared: kinds.map(([name, kind]) => ({ name, isReadable: kind !== undefined })),
  }
}

// As raw JSON cells: a number keeps its own text and shows whether it passed through a float.
function jsonTable(
  name: string,
  path: string,
  names: readonly string[],
  read: ReadonlySet<string>,
): Table {
  const used = names.filter((name) => read.has(name))
  const types = used.map((name) => sql`${sql.lit(name)}: 'JSON'`)
  const from = sql`read_json(${text(path)}, format = 'auto', compression = 'uncompressed', records = true,
    ignore_errors = false, columns = {${sql.join(types)}})`
  return {
    place: { name, from, columns: new Map(used.map((name) => [name, column(name, 'json')])) },
    declared: names.map((name) => ({ name, isReadable: true })),
  }
}

function parquet(path: string): Sql {
  return sql`read_parquet(${text(path)}, hive_partitioning = false)`
}

function jsonNames(path: string): Sql {
  return sql`read_json(${text(path)}, format = 'auto', compression = 'uncompressed', records = true,
    sample_size = -1, maximum_depth = 1, map_inference_threshold = -1)`
}

function column(name: string, kind: ColumnKind): RawColumn {
  return { ref: sql.id('r', name), kind }
}

const OPAQUE = /^(DECIMAL\(.*\)|UBIGINT|U?HUGEINT|DATE|TIME|TIMESTAMP.*|UUID|ENUM\(.*\))$/

// Undefined: nested, binary, or a 4-byte float, which does not hold money.
function kindOf(type: string): ColumnKind | undefined {
  if (/^(U?(TINYINT|SMALLINT|INTEGER)|BIGINT)$/.test(type)) return 'integer'
  if (type === 'BOOLEAN') return 'boolean'
  if (type === 'VARCHAR') return 'text'
  if (type === 'DOUBLE') return 'approximate'
  return OPAQUE.test(type) ? 'opaque' : undefined
}
