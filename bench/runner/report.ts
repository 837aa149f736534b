import { table } from 'table'
import type { BenchmarkResult } from '../result.ts'
import { anchorText, ratioText, targetText, valueText } from './figures.ts'
import type { BenchmarkRecord } from './records.ts'
import { verdictOf } from './verdict.ts'

const HEAD = ['', 'ratio', 'measured', 'anchor', 'target', '']

/** A record as a table for a terminal, with its notes below. */
export function report({ benchmark, machine, results }: BenchmarkRecord): string {
  const { cpu, cores, node, load } = machine
  const content = `${benchmark}: ${cpu}, ${cores} cores, Node ${node}, load ${load}`
  const rows = results.map((result) => [
    result.name,
    ratioText(result),
    valueText(result),
    anchorText(result),
    targetText(result),
    verdictOf(result) ?? '',
  ])
  const printed = table([HEAD, ...rows], {
    header: { content, alignment: 'left' },
    columns: [
      { width: 40, wrapWord: true },
      { alignment: 'right' },
      { alignment: 'right' },
      { width: 34, wrapWord: true },
    ],
  })
  return `${printed}${notesOf(results)}`
}

/** `3 of 4 targets reached`, or nothing where none is set. */
export function summary(results: readonly BenchmarkResult[]): string {
  const verdicts = results.map(verdictOf).filter((verdict) => verdict !== undefined)
  if (verdicts.length === 0) return ''
  const reached = verdicts.filter((verdict) => verdict === 'pass').length
  return `${reached} of ${verdicts.length} targets reached`
}

function notesOf(results: readonly BenchmarkResult[]): string {
  return results.map(({ name, note }) => (note ? `${name}: ${note}\n` : '')).join('')
}
