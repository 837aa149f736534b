import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBPreparedStatement,
  LIST,
  listValue,
  StatementType,
  VARCHAR,
} from '@duckdb/node-api'
import type { EngineFailure, EngineReply, EngineRequest, EngineRows } from './duckdb-messages.ts'
import { engineSettings } from './duckdb-settings.ts'
import type { Statement } from './sql.ts'

// The engine's own process: it can be killed in the middle of anything, and its memory ends with
// it. It takes one SELECT at a time and answers with text.

/** More rows than any plan has groups; rows of data never come this way. */
const MAX_ROWS = 300_000

let connection: DuckDBConnection | undefined
let paths: readonly string[] = []
let hasStored = false

if (import.meta.main) {
  process.on('message', (message: EngineRequest & { readonly id: number }) => {
    void answer(message).then((reply) => process.send?.(reply))
  })
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}

async function answer(request: EngineRequest & { readonly id: number }): Promise<EngineReply> {
  try {
    return { id: request.id, rows: await rowsFor(request) }
  } catch (error) {
    return { id: request.id, failure: failureOf(error) }
  }
}

async function rowsFor(request: EngineRequest): Promise<EngineRows> {
  if (request.kind === 'open') return await open(request.settings)
  if (request.kind === 'store') return await store(request.table, request.statement)
  const prepared = await prepareSelect(request.statement)
  if (request.kind === 'explain') {
    return await read(`EXPLAIN ${request.statement.text}`, request.statement)
  }
  const result = await prepared.run()
  if (request.kind === 'columns') {
    return result.columnNames().map((name, index) => [name, String(result.columnType(index))])
  }
  return await textOf(result)
}

async function open(settings: Parameters<typeof engineSettings>[0]): Promise<EngineRows> {
  if (connection !== undefined) throw new Error('Sequence Error: open twice')
  connection = await (await DuckDBInstance.create(':memory:')).connect()
  for (const setting of engineSettings(settings)) await connection.run(setting)
  paths = settings.paths
  return []
}

async function store(table: string, statement: Statement): Promise<EngineRows> {
  if (hasStored) throw new Error('Sequence Error: store twice')
  if (!/^[a-z]{1,32}$/.test(table)) throw new Error('Sequence Error: table name')
  hasStored = true
  await prepareSelect(statement)
  return await read(`CREATE TABLE ${table} AS ${statement.text}`, statement)
}

// The only way to a statement: exactly one, and a SELECT.
async function prepareSelect(statement: Statement): Promise<DuckDBPreparedStatement> {
  if (connection === undefined) throw new Error('Sequence Error: not open')
  const extracted = await connection.extractStatements(statement.text)
  if (extracted.count !== 1) throw new Error('Statement Error: not one statement')
  const prepared = await extracted.prepare(0)
  if (prepared.statementType !== StatementType.SELECT) throw new Error('Statement Error: no SELECT')
  bind(prepared, statement)
  return prepared
}

async function read(text: string, statement: Statement): Promise<EngineRows> {
  if (connection === undefined) throw new Error('Sequence Error: not open')
  const prepared = await connection.prepare(text)
  bind(prepared, statement)
  return await textOf(await prepared.run())
}

function bind(prepared: DuckDBPreparedStatement, { values }: Statement): void {
  values.forEach((value, index) => {
    if (typeof value === 'string') prepared.bindVarchar(index + 1, value)
    else prepared.bindList(index + 1, listValue([...value]), LIST(VARCHAR))
  })
}

async function textOf(result: DuckDBMaterializedResult): Promise<EngineRows> {
  if (result.rowCount > MAX_ROWS) throw new Error('Statement Error: too many rows')
  const rows = await result.getRows()
  return rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))
}

// An engine's message quotes the cell that it chokes on; only its kind and place may leave.
function failureOf(error: unknown): EngineFailure {
  const message = error instanceof Error ? error.message : ''
  const kind = /^[A-Z][A-Za-z ]{0,40} Error(?=:)/.exec(message)?.[0] ?? 'Error'
  return {
    reason: FAULTS.find(([pattern]) => pattern.test(message))?.[1] ?? kind,
    path: paths.find((path) => message.includes(path)),
    line: /CSV Error on Line: (\d{1,18})/.exec(message)?.[1],
  }
}

// What is wrong with a file, in words of ours.
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/Expected Number of Columns: \d/, 'a record has more or fewer cells than the header'],
  [
    /Value with unterminated quote/,
    'a quote does not close; check `quote`, double it inside a cell',
  ],
  [/Malformed JSON/, 'the text is not JSON to its end'],
  [/non-record JSON|Expected OBJECT/, 'not a list of JSON objects, nor one object a line'],
  [/has duplicate key/, 'an object has a key twice'],
  [/No magic bytes|too small to be a Parquet|Parquet magic/, 'the file is not Parquet'],
]
