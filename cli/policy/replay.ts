import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { compile, type Snapshot } from '#policies/compile'
import { decide } from '#policies/decide'
import type { Language } from '#policies/describe'
import { inputsOfRecord, Replay, type ReplayReport, readRecord } from '#policies/replay'
import { UsageError } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, countOf, optionsOf } from '../options.ts'
import { loadPolicies, placed, readNamed } from './files.ts'
import { type PolicyIo, printJson, printTable } from './print.ts'

const OPTIONS = {
  ...COMMON,
  active: { type: 'string', multiple: true },
  draft: { type: 'string', multiple: true },
  flips: { type: 'string' },
} as const

/** `baotu policy replay`: what recorded requests would get from a draft. 0 unless it cannot run. */
export async function replayCommand(argv: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const flips = countOf('flips', values.flips) ?? 20
  const replay = new Replay(...snapshots(values, io.cwd), flips)
  for await (const [line, at, file] of lines(positionals, io.cwd)) {
    placed(file, () => replay.add(readRecord(line, at)))
  }
  const report = replay.report()
  if (values.json) printJson(io, report)
  else print(report, languageOf(values.lang), io)
  return 0
}

/**
 * `baotu policy shadow`: reads requests as they come and writes the active set's answers, one JSON
 * object per line; where the draft would answer otherwise the line says so. The answer stands.
 */
export async function shadowCommand(argv: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const [active, draft] = snapshots(values, io.cwd)
  const replay = new Replay(active, draft, 0)
  for await (const [line, at, file] of lines(positionals, io.cwd)) {
    const record = placed(file, () => readRecord(line, at))
    const { request, facts, counters, capabilities } = inputsOfRecord(record, active)
    const decision = decide(request, active, facts, counters, capabilities)
    const flip = replay.shadow(decision, record.id ?? String(at))
    const { code, layer } = decision
    const answer = { id: record.id ?? String(at), decision: decision.decision, code, layer }
    io.stdout.write(`${JSON.stringify(flip === undefined ? answer : { ...answer, flip })}\n`)
  }
  const { requests, byParty } = replay.report()
  const turned = byParty.reduce((sum, { toDeny, toPermit }) => sum + toDeny + toPermit, 0)
  io.stderr.write(`${requests} requests, ${turned} would be answered otherwise\n`)
  return 0
}

function snapshots(
  values: { active?: string[]; draft?: string[] },
  cwd: string,
): [Snapshot, Snapshot] {
  if (values.active === undefined || values.draft === undefined) {
    throw new UsageError('--active and --draft are needed')
  }
  const active = loadPolicies(values.active, cwd)
  const draft = loadPolicies(values.draft, cwd)
  const replaced = new Set(draft.map(({ id }) => id))
  const laidOver = [...active.filter(({ id }) => !replaced.has(id)), ...draft]
  return [compile(active), compile(laidOver, { statuses: ['draft', 'shadow', 'active'] })]
}

/** The lines of the record files, or of standard input for `-`, with number and file. */
async function* lines(
  files: readonly string[],
  cwd: string,
): AsyncGenerator<readonly [line: string, at: number, file: string]> {
  if (files.length === 0) throw new UsageError('a record file (or - for standard input) is missing')
  for (const name of files) {
    let at = 0
    if (name !== '-') readNamed(name, cwd)
    const input = name === '-' ? process.stdin : createReadStream(path.resolve(cwd, name))
    for await (const line of createInterface({ input })) {
      at++
      if (line.trim() !== '') yield [line, at, name]
    }
  }
}

function print(report: ReplayReport, language: Language, io: PolicyIo): void {
  const words = WORDS[language]
  const { requests, permitsBefore, permitsAfter, byParty, flips } = report
  printTable(io, [
    [words.requests, requests],
    [words.before, permitsBefore],
    [words.after, permitsAfter],
  ])
  const turned = byParty.filter(
    ({ toDeny, toPermit, otherReason }) => toDeny + toPermit + otherReason > 0,
  )
  if (turned.length === 0) io.stdout.write(`${words.same}\n`)
  else {
    printTable(io, [
      [words.party, words.requests, words.toDeny, words.toPermit, words.otherReason],
      ...turned.map((one) => [one.party, one.requests, one.toDeny, one.toPermit, one.otherReason]),
    ])
  }
  for (const { id, party, action, before, after, cause } of flips) {
    io.stdout.write(`${id}  ${party}  ${action}  ${before} → ${after}\n  ${cause}\n`)
  }
}

const WORDS = {
  en: {
    requests: 'requests',
    before: 'permitted now',
    after: 'permitted by the draft',
    party: 'participant',
    toDeny: 'to deny',
    toPermit: 'to permit',
    otherReason: 'other reason',
    same: 'no answer would turn',
  },
  zh: {
    requests: '请求',
    before: '现行许可',
    after: '草案许可',
    party: '参与方',
    toDeny: '转为拒绝',
    toPermit: '转为允许',
    otherReason: '拒绝原因不同',
    same: '没有任何答复会改变',
  },
} as const
