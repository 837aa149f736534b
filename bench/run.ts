import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark } from './result.ts'
import { renderDocument } from './runner/document.ts'
import { describeMachine } from './runner/machine.ts'
import { type BenchmarkRecord, checkResults, keepRecord, readRecords } from './runner/records.ts'
import { report, summary } from './runner/report.ts'

// npm run bench -- <name>... [--quick] [--rounds N]: runs the named benchmarks one after another,
// shows and keeps their results and writes docs/benchmarks.md from all that are kept. --document
// writes the document alone. Without a name: a list.

const FOLDER = import.meta.dirname
const RESULTS = path.join(FOLDER, 'results')
const DOCUMENT = path.join(FOLDER, '../docs/benchmarks.md')
const NOT_BENCHMARKS = ['run', 'result']

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      document: { type: 'boolean', default: false },
      rounds: { type: 'string' },
    },
  })
  const known = await benchmarkNames()
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0 || (positionals.length === 0 && !values.document)) {
    print(unknown.map((name) => `There is no benchmark \`${name}\`.\n`).join(''))
    print(await listing(known))
    return unknown.length > 0 ? 2 : 0
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  for (const name of positionals) await runOne(name, values.quick, rounds)
  await writeFile(DOCUMENT, renderDocument(await readRecords(RESULTS)))
  return 0
}

async function benchmarkNames(): Promise<string[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.ts'))
  const names = files.map((file) => path.parse(file).name)
  return names.filter((name) => !NOT_BENCHMARKS.includes(name)).sort()
}

async function listing(names: readonly string[]): Promise<string> {
  const records = await readRecords(RESULTS).catch(() => [])
  const lines = names.map((name) => {
    const kept = records.find(({ benchmark }) => benchmark === name)
    const last = kept === undefined ? 'not run yet' : `${kept.date}  ${summary(kept.results)}`
    return `  ${name.padEnd(14)} ${last}\n`
  })
  return `npm run bench -- <name>... [--quick | --document] [--rounds N]\n\n${lines.join('')}`
}

async function runOne(benchmark: string, quick: boolean, rounds?: number): Promise<void> {
  const machine = describeMachine()
  const date = new Date().toISOString().slice(0, 10)
  const run = await load(benchmark)
  const progress = (line: string) => void process.stderr.write(`${benchmark}: ${line}\n`)
  const results = checkResults(benchmark, await run({ quick, progress, ...(rounds && { rounds }) }))
  const record: BenchmarkRecord = { benchmark, date, quick, machine, results }
  const isKept = await keepRecord(RESULTS, record)
  print(`${report(record)}${summary(results)}\n`)
  if (!isKept) print('A quick run: the full one on record stays.\n')
}

async function load(benchmark: string): Promise<Benchmark> {
  const loaded: { readonly run?: unknown } = await import(`./${benchmark}.ts`)
  if (typeof loaded.run !== 'function') throw new Error(`bench/${benchmark}.ts exports no \`run\``)
  return loaded.run as Benchmark
}

function print(text: string): void {
  process.stdout.write(text)
}
