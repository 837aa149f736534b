import type { Finding } from '#policies/analysis/finding'
import { lint, problemsAsFindings } from '#policies/analysis/lint'
import type { Catalogue } from '#policies/analysis/region'
import type { Language } from '#policies/describe'
import { readPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import { UsageError } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, countOf, optionsOf } from '../options.ts'
import { policyFiles, readNamed } from './files.ts'
import { type PolicyIo, printJson, printTable } from './print.ts'

const OPTIONS = {
  ...COMMON,
  all: { type: 'boolean' },
  catalogue: { type: 'string' },
  now: { type: 'string' },
  days: { type: 'string' },
  strict: { type: 'boolean' },
} as const

/** `baotu policy lint`: 0 without errors (with --strict: without warnings too), else 1. */
export function lintCommand(argv: readonly string[], io: PolicyIo): number {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const files = policyFiles(positionals, io.cwd).map((file) => ({
    ...file,
    ...readPolicy(file.text),
  }))
  const policies = files.flatMap(({ policy }) => (policy === undefined ? [] : [policy]))
  const findings = [
    ...files.flatMap(({ name, problems }) => problemsAsFindings(name, problems)),
    ...lint(policies, options(values, io.cwd)),
  ]
  const shown = values.all ? findings : findings.filter(({ severity }) => severity !== 'info')
  if (values.json) printJson(io, { policies: policies.map(summary), findings: shown })
  else print(shown, findings.length - shown.length, policies.length, languageOf(values.lang), io)
  const grave = values.strict ? ['error', 'warning'] : ['error']
  return findings.some(({ severity }) => grave.includes(severity)) ? 1 : 0
}

function options(
  { catalogue, now, days }: { catalogue?: string; now?: string; days?: string },
  cwd: string,
) {
  return {
    ...(catalogue === undefined ? {} : { catalogue: readCatalogue(catalogue, cwd) }),
    ...(now === undefined ? {} : { now: instant(now) }),
    ...(days === undefined ? {} : { horizonDays: countOf('days', days) ?? 0 }),
  }
}

function readCatalogue(name: string, cwd: string): Catalogue {
  try {
    return JSON.parse(readNamed(name, cwd))
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError('--catalogue takes a JSON file with collections and sizes')
  }
}

function instant(text: string): number {
  const value = Date.parse(text)
  if (Number.isNaN(value))
    throw new UsageError('--now takes an instant such as 2026-05-01T00:00:00Z')
  return value
}

function summary({ id, digest, layer, version, status }: Policy) {
  return { id, digest, layer, version, status }
}

function print(
  findings: readonly Finding[],
  hidden: number,
  policies: number,
  language: Language,
  io: PolicyIo,
): void {
  for (const finding of findings) {
    const { severity, code, policy, rule = '', pointer, related, witness } = finding
    io.stdout.write(
      `${severity}  ${code}  ${policy}${rule}${pointer === '' ? '' : `  ${pointer}`}\n`,
    )
    io.stdout.write(`  ${finding[language]}${related === undefined ? '' : `: ${related}`}\n`)
    if (witness !== undefined)
      io.stdout.write(`  ${WORDS[language].witness} ${JSON.stringify(witness)}\n`)
  }
  const count = (severity: string) => findings.filter((one) => one.severity === severity).length
  const words = WORDS[language]
  printTable(io, [
    [words.policies, policies],
    [words.errors, count('error')],
    [words.warnings, count('warning')],
    [words.hidden, hidden],
  ])
}

const WORDS = {
  en: {
    witness: 'for instance',
    policies: 'policies',
    errors: 'errors',
    warnings: 'warnings',
    hidden: 'notes (--all shows them)',
  },
  zh: {
    witness: '例如',
    policies: '策略',
    errors: '错误',
    warnings: '警告',
    hidden: '提示（--all 显示）',
  },
} as const
