import path from 'node:path'
import { compile } from '#policies/compile'
import { decide } from '#policies/decide'
import type { Decision, DecisionInputs } from '#policies/decision'
import { describeAction, describeLayer, type Language } from '#policies/describe'
import {
  type Audience,
  type ConstraintTrace,
  type DecisionRecord,
  explain,
} from '#policies/explain'
import { isJsonObject, type JsonValue, member } from '#policies/json-value'
import { inputsOfRecord, readRecord } from '#policies/replay'
import { readTestFile } from '#policies/testing/test-file'
import { inputsOf } from '#policies/testing/world'
import { UsageError } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, optionsOf } from '../options.ts'
import { loadBeside, loadPolicies, placed, readNamed } from './files.ts'
import { type PolicyIo, printJson } from './print.ts'

const OPTIONS = {
  ...COMMON,
  policies: { type: 'string', multiple: true },
  request: { type: 'string' },
  test: { type: 'string' },
  case: { type: 'string' },
  audience: { type: 'string' },
} as const

/** `baotu policy explain`: decides one request and says why. 0 for a permit, 3 for a refusal. */
export function explainCommand(argv: readonly string[], io: PolicyIo): number {
  const { values } = optionsOf(argv, OPTIONS)
  const { request, facts, counters, capabilities, snapshot } = inputs(values, io.cwd)
  const decision = decide(request, snapshot, facts, counters, capabilities)
  const record = explain(decision, audience(values.audience))
  if (values.json) printJson(io, record)
  else print(record, decision, languageOf(values.lang), io)
  return decision.decision === 'permit' ? 0 : 3
}

function inputs(
  values: { test?: string; case?: string; request?: string; policies?: string[] },
  cwd: string,
): DecisionInputs {
  if (values.test !== undefined) return inputsOfTest(values.test, values.case, cwd)
  if (values.request === undefined) throw new UsageError('--request or --test is needed')
  const policies = loadPolicies(values.policies ?? [], cwd)
  const snapshot = compile(policies, { statuses: ['draft', 'shadow', 'active'] })
  const { request } = values
  const text = readNamed(request, cwd)
  return placed(request, () => inputsOfRecord(readRecord(text, 1), snapshot))
}

function inputsOfTest(file: string, name: string | undefined, cwd: string): DecisionInputs {
  const tests = placed(file, () => readTestFile(readNamed(file, cwd)))
  const policies = tests.snapshot.map((policy) => loadBeside(path.resolve(cwd, file), policy))
  const one = tests.cases.find((each) => each.name === name)
  if (one === undefined) throw new UsageError('--case takes the name of a case in the test file')
  const snapshot = compile(policies, { statuses: ['draft', 'shadow', 'active'] })
  return placed(file, () => inputsOf(one, snapshot))
}

function audience(named: string | undefined): Audience {
  if (named === undefined || named === 'provider') return 'provider'
  if (named === 'consumer') return 'consumer'
  throw new UsageError('--audience takes provider or consumer')
}

function print(record: DecisionRecord, decision: Decision, language: Language, io: PolicyIo): void {
  const words = WORDS[language]
  const { action, assignee, target } = decision.inputs.request.fields
  const place =
    record.layer === null ? '' : `  ${words.at} ${describeLayer(record.layer, language)}`
  io.stdout.write(`${words[record.decision]}  ${record.code}${place}\n`)
  io.stdout.write(`  ${assignee}  ${describeAction(action, language)}  ${target}\n`)
  for (const { layer, result, rules } of record.layers) {
    if (result === 'skipped') continue
    io.stdout.write(`${describeLayer(layer, language)}: ${result}\n`)
    for (const { rule, policy, state, effect, constraints } of rules) {
      io.stdout.write(`  ${words[effect]} ${policy}${rule}: ${words[state]}\n`)
      for (const constraint of constraints) printConstraint(constraint, '    ', io)
    }
  }
  if (record.nearest !== null) io.stdout.write(`${record.nearest[`hint_${language}`]}\n`)
  if (record.decision === 'deny') return
  io.stdout.write(`${words.controls} ${JSON.stringify(record.controls)}\n`)
  for (const duty of record.duties) io.stdout.write(`${words.duty} ${JSON.stringify(duty)}\n`)
  if (record.attestedOnly.length > 0)
    io.stdout.write(`${words.attested} ${record.attestedOnly.join(', ')}\n`)
}

function printConstraint(trace: ConstraintTrace, indent: string, io: PolicyIo): void {
  const { k3, left, op, right, value, compound, parts = [] } = trace
  const read = value === undefined ? '' : `  (${plain(value)})`
  const text = compound ?? `${left} ${op} ${plain(right ?? null)}${read}`
  io.stdout.write(`${indent}${k3}  ${text}\n`)
  for (const part of parts) printConstraint(part, `${indent}  `, io)
}

/** A literal as people write it. */
function plain(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`
  if (isJsonObject(value)) return plain(member(value, '@value') ?? null)
  return String(value)
}

const WORDS = {
  en: {
    permit: 'permit',
    deny: 'deny',
    prohibit: 'prohibition',
    at: 'at',
    active: 'holds',
    inactive: 'does not hold',
    unknown: 'cannot be judged',
    controls: 'controls',
    duty: 'duty',
    attested: 'rests on statements only:',
  },
  zh: {
    permit: '允许',
    deny: '拒绝',
    prohibit: '禁止',
    at: '环节：',
    active: '成立',
    inactive: '不成立',
    unknown: '无法判定',
    controls: '管控要求',
    duty: '义务',
    attested: '仅凭声明：',
  },
} as const
