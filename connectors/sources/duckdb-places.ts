import { sql } from 'kysely'
import { type BoundMapping, refusal } from '#connectors/mapping/bind-mapping'
import { columnProblems, columnsRead, type DeclaredColumn } from './columns.ts'
import type { DuckdbEngine } from './duckdb-engine.ts'
import { SourceError } from './errors.ts'
import type { ColumnKind, RawColumn } from './row-scope.ts'
import type { Place } from './row-sql.ts'
import { isScientific, unscientific } from './scientific-sql.ts'
import { DIALECTS, type Sql, text, toStatement } from './sql.ts'
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
  const found = await columnsOf(name, open, engine)
  const columns = found.map(([column, type]) => [column ?? '', type ?? ''] as const)
  if (format === 'parquet') return parquetTable(name, open, columns, read)
  const names = columns.map(([column]) => column)
  return jsonTable(name, readable.path, names, read)
}

// The engine does not always name the one file that it was asked about.
async function columnsOf(name: string, open: Sql, engine: DuckdbEngine) {
  try {
    return await engine.columns(toStatement(sql`SELECT * FROM ${open} LIMIT 0`))
  } catch (error) {
    const isAboutFile = error instanceof SourceError && error.code === 'SOURCE_ENGINE'
    if (!isAboutFile || !engine.isAlive) throw error
    throw new SourceError('SOURCE_UNREADABLE', `${name}: ${error.message}`)
  }
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
  open: Sql,
  found: readonly (readonly [string, string])[],
  read: ReadonlySet<string>,
): Table {
  const kinds = found.map(([name, type]) => [name, kindOf(type)] as const)
  const doubles = kinds.filter(([name, kind]) => kind === 'approximate' && read.has(name))
  const texts = doubles.map(([name]) => {
    const ref = sql.id('r', name)
    return sql`${plainText(sql`${ref}::text`, sql`TRUE`)} AS ${sql.id(name)}`
  })
  const from =
    texts.length === 0 ? open : sql`(SELECT * REPLACE (${sql.join(texts)}) FROM ${open} AS r)`
  const columns = kinds.flatMap(([name, kind]) => {
    return kind === undefined ? [] : [[name, column(name, kind)] as const]
  })
  return {
    place: { name, from, columns: new Map(columns) },
    declared: kinds.map(([name, kind]) => ({ name, isReadable: kind !== undefined })),
  }
}

// From raw JSON cells: a number keeps its own text and shows whether it passed through a float.
function jsonTable(
  name: string,
  path: string,
  names: readonly string[],
  read: ReadonlySet<string>,
): Table {
  const used = names.filter((name) => read.has(name))
  const types = used.map((name) => sql`${sql.lit(name)}: 'JSON'`)
  const cells = sql`read_json(${text(path)}, format = 'auto', compression = 'uncompressed', records = true,
    ignore_errors = false, columns = {${sql.join(types)}})`
  const texts = used.flatMap((name, index) => {
    const ref = sql.id('r', name)
    const isDouble = sql`(COALESCE(json_type(${ref}), 'NULL') = 'DOUBLE')`
    return [
      sql`${plainText(sql`(${ref} ->> '$')`, isDouble)} AS ${sql.id(`t${index}`)}`,
      sql`${isDouble} AS ${sql.id(`d${index}`)}`,
    ]
  })
  const columns = used.map((name, index) => {
    const approximate = sql.id('r', `d${index}`)
    return [name, { ...column(`t${index}`, 'text'), approximate }] as const
  })
  const from = texts.length === 0 ? cells : sql`(SELECT ${sql.join(texts)} FROM ${cells} AS r)`
  return {
    place: { name, from, columns: new Map(columns) },
    declared: names.map((name) => ({ name, isReadable: true })),
  }
}

// Once here and not in each expression: engines write small doubles with an exponent.
function plainText(written: Sql, isDouble: Sql): Sql {
  const marks = { point: '.' }
  const isMoved = sql`${isDouble} AND ${isScientific(written, marks, DIALECTS.duckdb)}`
  const moved = unscientific(written, marks, DIALECTS.duckdb)
  return sql`CASE WHEN ${isMoved} THEN ${moved} ELSE ${written} END`
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
