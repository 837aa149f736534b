import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Language } from '#policies/describe'
import { goldenDifferences, goldenOf } from '#policies/testing/golden'
import { runTests, type TestReport } from '#policies/testing/run-tests'
import { readTestFile } from '#policies/testing/test-file'
import { languageOf } from '../language.ts'
import { COMMON, optionsOf } from '../options.ts'
import { loadBeside, type PolicyFile, placed, testFiles } from './files.ts'
import { type PolicyIo, percent, printJson, printTable } from './print.ts'

const OPTIONS = { ...COMMON, update: { type: 'boolean' }, survivors: { type: 'boolean' } } as const

interface FileReport {
  readonly file: string
  readonly report: TestReport
  /** What differs from the golden traces; none where there are none. */
  readonly golden: readonly string[]
}

/** `baotu policy test`: 0 when every file passes, else 1. */
export function testCommand(argv: readonly string[], io: PolicyIo): number {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const reports = testFiles(positionals, io.cwd).map((file) =>
    runFile(file, values.update ?? false, io.cwd),
  )
  const language = languageOf(values.lang)
  if (values.json) printJson(io, reports.map(jsonOf))
  else for (const one of reports) print(one, language, values.survivors ?? false, io)
  return reports.every(({ report, golden }) => report.passed && golden.length === 0) ? 0 : 1
}

function runFile({ name, text }: PolicyFile, update: boolean, cwd: string): FileReport {
  const file = path.resolve(cwd, name)
  const tests = placed(name, () => readTestFile(text))
  const policies = tests.snapshot.map((policy) => loadBeside(file, policy))
  const report = placed(name, () => runTests(tests, policies))
  const goldenFile = file.replace(/\.policytest\.json$/, '.golden.json')
  if (update) writeFileSync(goldenFile, `${JSON.stringify(goldenOf(report), null, 2)}\n`)
  const golden = existsSync(goldenFile)
    ? goldenDifferences(JSON.parse(readFileSync(goldenFile, 'utf8')), goldenOf(report))
    : []
  return { file: name, report, golden }
}

function jsonOf({ file, report, golden }: FileReport) {
  const { cases, forall, coverage, mutation, unmet, passed } = report
  const shown = cases.map(({ name, decision, differences }) => ({
    name,
    ...decision.toJSON(),
    differences,
  }))
  return {
    file,
    passed: passed && golden.length === 0,
    cases: shown,
    forall,
    coverage,
    mutation,
    unmet,
    golden,
  }
}

function print(
  { file, report, golden }: FileReport,
  language: Language,
  survivors: boolean,
  io: PolicyIo,
): void {
  const words = WORDS[language]
  const { cases, forall, coverage, mutation, unmet } = report
  io.stdout.write(`${file}\n`)
  for (const { name, differences } of cases) {
    io.stdout.write(`  ${differences.length === 0 ? '✓' : '✗'} ${name}\n`)
    for (const { what, expected, got } of differences) {
      io.stdout.write(`      ${what}: ${words.expected} ${expected}, ${words.got} ${got}\n`)
    }
  }
  for (const { assert, combinations, counterexample } of forall) {
    const broken = counterexample === undefined ? '' : `: ${JSON.stringify(counterexample)}`
    io.stdout.write(
      `  ${counterexample === undefined ? '✓' : '✗'} ${assert} (${combinations})${broken}\n`,
    )
  }
  for (const line of golden) io.stdout.write(`  ✗ ${words.golden} ${line}\n`)
  printTable(io, [
    [`  ${words.rules}`, percent(coverage.ruleCoverage)],
    [`  ${words.constraints}`, percent(coverage.constraintTF)],
    [`  ${words.mutation}`, `${percent(mutation.score)} (${mutation.killed}/${mutation.total})`],
  ])
  for (const { name, wanted, got } of unmet) {
    io.stdout.write(
      `  ✗ ${name}: ${words.expected} ${percent(wanted)}, ${words.got} ${percent(got)}\n`,
    )
  }
  if (survivors || unmet.length > 0) {
    for (const name of mutation.survivors) io.stdout.write(`    ${words.survivor} ${name}\n`)
    for (const seen of coverage.constraints.filter((one) => !one.true || !one.false)) {
      io.stdout.write(`    ${seen.true ? words.neverFalse : words.neverTrue} ${seen.name}\n`)
    }
  }
}

const WORDS = {
  en: {
    expected: 'wanted',
    got: 'got',
    golden: 'trace changed:',
    rules: 'rules active in some case',
    constraints: 'constraints seen true and false',
    mutation: 'mistakes noticed',
    survivor: 'mistake not noticed:',
    neverFalse: 'never false:',
    neverTrue: 'never true:',
  },
  zh: {
    expected: '应为',
    got: '实为',
    golden: '轨迹有变：',
    rules: '曾生效的规则',
    constraints: '真假皆出现过的约束',
    mutation: '能发现的错误',
    survivor: '未能发现的错误：',
    neverFalse: '从未为假：',
    neverTrue: '从未为真：',
  },
} as const
