import type { BenchmarkResult } from '../result.ts'
import { alignedTable, type Column } from './aligned-table.ts'
import { anchorText, ratioText, targetText, valueText } from './figures.ts'
import type { BenchmarkRecord } from './records.ts'
import { verdictOf } from './verdict.ts'

const HEAD = `# Benchmarks

Written by \`npm run bench\` from the files in bench/results; do not edit. Every figure was measured
beside its anchor in one run, so read the ratio first: it moves less from machine to machine than
the time does. A load above 1 says that the machine had other work, and that times are too long.
`

const COLUMNS: readonly Column[] = [
  { head: '' },
  { head: 'ratio', isNumeric: true },
  { head: 'target' },
  { head: '' },
  { head: 'measured', isNumeric: true },
  { head: 'anchor' },
]

/** docs/benchmarks.md: nothing in it but what the records say. */
export function renderDocument(records: readonly BenchmarkRecord[]): string {
  const sections = records.toSorted((a, b) => (a.benchmark < b.benchmark ? -1 : 1)).map(section)
  return [HEAD, ...sections].join('\n')
}

function section({ benchmark, date, quick, machine, results }: BenchmarkRecord): string {
  const { cpu, cores, platform, node, load } = machine
  const run = quick ? 'Quick run, smaller than the targets ask' : 'Run'
  const notes = results.flatMap(({ name, note }) => (note ? [`- ${name}: ${note}`] : []))
  return [
    `## ${benchmark}`,
    '',
    `${run} on ${date}: ${cpu}, ${cores} cores, ${platform}, Node ${node}, load ${load}.`,
    '',
    ...alignedTable(COLUMNS, results.map(cellsOf)),
    '',
    ...(notes.length > 0 ? [...notes, ''] : []),
  ].join('\n')
}

function cellsOf(result: BenchmarkResult): string[] {
  return [
    result.name,
    ratioText(result),
    targetText(result),
    verdictOf(result) ?? '',
    valueText(result),
    anchorText(result),
  ]
}
