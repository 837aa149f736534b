import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { readMapping } from '#connectors/mapping/read-mapping'
import { parseJsonText } from '#runtime/json-text'
import { DIMENSIONS } from './question.ts'

/** What a group of all holders comes to, computed in the clear. */
export interface ClearGroup {
  readonly units: bigint
  readonly tax: bigint
  readonly arrears: bigint
}

/** The mapping of the files that `writeRows` writes. */
export function mappingOf(file: string) {
  const direct = (name: string) => [name, { from: { column: name } }] as const
  const document = {
    part: 'tax',
    source: { kind: 'files', files: [{ path: file, format: 'parquet' }], engine: { threads: 2 } },
    unit: { key: { column: 'uscc' } },
    fields: Object.fromEntries(['section', 'district', 'size', 'tax', 'arrears'].map(direct)),
  }
  return readMapping(parseJsonText(JSON.stringify(document)), 'mapping.json')
}

/** A DuckDB of the benchmark's own: it writes the holders' files and answers in the clear. */
export class ClearEngine implements Disposable {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  static async open(): Promise<ClearEngine> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
    return new ClearEngine(instance, await instance.connect())
  }

  /**
   * One holder's rows as a Parquet file: an enterprise a row, spread evenly over the groups, tax
   * between 0 and 10,000,000 fen. The same holder always gets the same rows.
   */
  async writeRows(file: string, holder: number, rows: number): Promise<void> {
    const drawn = DIMENSIONS.map(({ name, codes }, index) => {
      const list = codes.map((code) => `'${code}'`).join(', ')
      return `([${list}])[1 + (${draw(holder, index)} % ${codes.length})::integer] AS ${name}`
    })
    await this.#connection.run(`COPY (
      SELECT printf('91370100MA%02d%06X', ${holder}, i::integer) AS uscc, ${drawn.join(', ')},
        (${draw(holder, 8)} % 10000001)::bigint AS tax, ${draw(holder, 9)} % 4 = 0 AS arrears
      FROM range(${rows}) AS r(i)) TO '${file}' (FORMAT parquet)`)
  }

  /** Copies a file into memory, as a holder's engine has it. */
  async hold(file: string): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TABLE clear AS FROM read_parquet('${file}')`)
  }

  /** The question over what is held, as anyone who may read the rows would ask it. */
  async ask(): Promise<ReadonlyMap<string, ClearGroup>> {
    const names = DIMENSIONS.map(({ name }) => name).join(', ')
    const answer = await this.#connection.runAndReadAll(`SELECT ${names}, count(*),
      sum(tax)::bigint, count(*) FILTER (WHERE arrears) FROM clear GROUP BY ${names}`)
    const groups = answer.getRows().map((row): [string, ClearGroup] => {
      const [units, tax, arrears] = row.slice(DIMENSIONS.length).map((cell) => BigInt(String(cell)))
      const key = row.slice(0, DIMENSIONS.length).join('/')
      return [key, { units: units ?? 0n, tax: tax ?? 0n, arrears: arrears ?? 0n }]
    })
    return new Map(groups)
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}

// A 32-bit number of row i: independent for every holder and use.
function draw(holder: number, use: number): string {
  return `(hash(i * 1000 + ${holder * 16 + use}) >> 32)`
}
