import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { BenchmarkResult } from '../result.ts'
import { Machine } from './machine.ts'

/** What is kept of one run of one benchmark: `bench/results/<benchmark>.json`. */
export const BenchmarkRecord = Type.Object(
  {
    benchmark: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
    /** The day of the run, UTC. */
    date: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
    quick: Type.Boolean(),
    machine: Machine,
    results: Type.Array(BenchmarkResult),
  },
  { additionalProperties: false },
)
export type BenchmarkRecord = Static<typeof BenchmarkRecord>

/** All records of a folder, by name. Throws for a file that is no record. */
export async function readRecords(folder: string): Promise<readonly BenchmarkRecord[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort()
  return Promise.all(files.map((file) => readRecord(path.join(folder, file))))
}

/**
 * Keeps a record, rounded to six digits. A quick run never replaces a full one: the answer says
 * whether it was kept.
 */
export async function keepRecord(folder: string, record: BenchmarkRecord): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, `${record.benchmark}.json`)
  if (record.quick && (await isFull(file))) return false
  await writeFile(`${file}.tmp`, `${JSON.stringify(record, rounded, 2)}\n`)
  await rename(`${file}.tmp`, file)
  return true
}

/** A benchmark's own results, checked: `run` is loaded by name and may return anything. */
export function checkResults(benchmark: string, results: unknown): BenchmarkResult[] {
  return checked(Type.Array(BenchmarkResult), results, `benchmark ${benchmark}`)
}

async function isFull(file: string): Promise<boolean> {
  try {
    return !(await readRecord(file)).quick
  } catch {
    return false
  }
}

async function readRecord(file: string): Promise<BenchmarkRecord> {
  const { name } = path.parse(file)
  const record = checked(BenchmarkRecord, JSON.parse(await readFile(file, 'utf8')), name)
  if (record.benchmark !== name) throw new Error(`${name}: a record of another benchmark`)
  return record
}

function checked<const S extends Type.TSchema>(schema: S, value: unknown, what: string): Static<S> {
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  throw new Error(`${what}: not the shape of a result at ${first?.instancePath || '/'}`)
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(6))
    : value
}
