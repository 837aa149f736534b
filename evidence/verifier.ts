/** The verifier's command line, whoever starts it: reads a folder, prints a verdict or a story. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CHAIN_LINKS, type ChainRules, parseChainRules, STRICT_RULES } from './chain-rules.ts'
import type { SeenNote } from './check-history.ts'
import type { ReadSm2Keys } from './check-sm2.ts'
import { EvidenceError } from './evidence-error.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { POLICY_FILE, RULES_FILE } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import { describeFinding } from './finding-words.ts'
import { findDeliveries, traceResult } from './lineage.ts'
import type { Replay } from './replay.ts'
import { tellStory } from './story.ts'
import { STORY_WORDS, type StoryLanguage } from './story-words.ts'
import { parseTrustPolicy, type TrustPolicy } from './trust-policy.ts'
import { VERIFIER_WORDS } from './verifier-words.ts'
import { type Report, verifyEvidence } from './verify.ts'
import { visible } from './visible.ts'

export interface VerifierIo {
  /** What relative paths are relative to. */
  readonly cwd: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

interface Asked {
  readonly folder: string
  /** Undefined: the folder's own. */
  readonly policyFile: string | undefined
  /** Undefined: no SM2 line is asked for. */
  readonly sm2File: string | undefined
  readonly rules: ChainRules
  /** The folder's own rules cannot be read: then every link is demanded. */
  readonly brokenRules: readonly Finding[]
  readonly result: string | undefined
  /** Receipts that the reader keeps itself. */
  readonly receipts: readonly SeenNote[]
  readonly language: StoryLanguage
  readonly isJson: boolean
}

/** What the verifier cannot do by itself, because it needs more than Node. */
export interface Engines {
  readonly replay?: Replay
  readonly readSm2Keys?: ReadSm2Keys
}

/** Exit code: 0 nothing found, 1 something found, 2 could not be judged. */
export function runVerifier(
  argv: readonly string[],
  io: VerifierIo,
  { replay, readSm2Keys }: Engines = {},
): number {
  try {
    const asked = parseAsked(argv, io.cwd)
    if (asked === undefined) {
      io.stdout(`${VERIFIER_WORDS.zh.usage}\n\n${VERIFIER_WORDS.en.usage}\n`)
      return 0
    }
    const policy = parseTrustPolicy(policyText(asked))
    const { rules, folder, brokenRules, sm2File, receipts } = asked
    const sm2 = sm2File === undefined ? [] : sm2KeysIn(sm2File, policy, readSm2Keys)
    const options = { policy, rules, sm2, receipts, ...(replay && { replay }) }
    const report = verifyEvidence(folder, options)
    const findings = [...report.findings, ...brokenRules]
    return print(asked, { ...report, findings, isGood: findings.length === 0 }, io)
  } catch (error) {
    io.stderr(`${visible(reasonOf(error))}\n`)
    return 2
  }
}

function sm2KeysIn(file: string, policy: TrustPolicy, read: ReadSm2Keys | undefined) {
  if (read) return read(readFileSync(file, 'utf8'), policy)
  throw new EvidenceError(
    'NOTE_KEY_MALFORMED',
    'this program checks no SM2 line: use `baotu evidence verify`',
  )
}

function parseAsked(argv: readonly string[], cwd: string): Asked | undefined {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      rules: { type: 'string' },
      sm2: { type: 'string' },
      result: { type: 'string' },
      receipt: { type: 'string', multiple: true },
      lang: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [given, ...more] = positionals
  if (values.help || given === undefined || more.length > 0) return undefined
  const folder = path.resolve(cwd, given)
  return {
    folder,
    policyFile: values.policy && path.resolve(cwd, values.policy),
    sm2File: values.sm2 && path.resolve(cwd, values.sm2),
    ...rulesFor(folder, values.rules && path.resolve(cwd, values.rules)),
    result: values.result,
    receipts: (values.receipt ?? []).map((file) => heldFile(path.resolve(cwd, file))),
    language: languageOf(values.lang),
    isJson: values.json,
  }
}

function heldFile(file: string): SeenNote {
  return { file, note: readFileSync(file, 'utf8') }
}

// A file of one's own is read wherever it is; the folder's only if it is a plain file there.
function policyText({ folder, policyFile }: Asked): string {
  if (policyFile !== undefined) return readFileSync(policyFile, 'utf8')
  const files = new EvidenceFiles(folder)
  if (!files.has(POLICY_FILE)) {
    throw new EvidenceError(
      'TRUST_POLICY_MALFORMED',
      'the folder holds no policy, and none is given',
    )
  }
  return files.text(POLICY_FILE)
}

// Rules of one's own are read or refused; those of the folder are as suspect as the rest of it.
function rulesFor(folder: string, own: string | undefined): Pick<Asked, 'rules' | 'brokenRules'> {
  const brokenRules: Finding[] = []
  if (own !== undefined) return { rules: parseChainRules(readFileSync(own, 'utf8')), brokenRules }
  const files = new EvidenceFiles(folder)
  if (!files.has(RULES_FILE)) return { rules: STRICT_RULES, brokenRules }
  try {
    return { rules: parseChainRules(files.text(RULES_FILE)), brokenRules }
  } catch {
    brokenRules.push({ code: 'FILE_ALTERED', file: RULES_FILE, detail: 'cannot be read' })
    return { rules: STRICT_RULES, brokenRules }
  }
}

// The language named, else that of the system's locale; English otherwise.
function languageOf(named: string | undefined): StoryLanguage {
  const { locale } = Intl.DateTimeFormat().resolvedOptions()
  return (named ?? locale).toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

function print(asked: Asked, report: Report, io: VerifierIo): number {
  if (asked.result !== undefined) return printStory(asked, asked.result, report, io)
  io.stdout(asked.isJson ? `${JSON.stringify(summary(report), null, 2)}\n` : verdict(asked, report))
  return report.isGood ? 0 : 1
}

function printStory(asked: Asked, result: string, report: Report, io: VerifierIo): number {
  const { language, rules } = asked
  const deliveries = findDeliveries(report.entries, result)
  if (deliveries.length === 0) {
    io.stderr(`${visible(VERIFIER_WORDS[language].noSuchResult(result))}\n`)
    return 1
  }
  for (const delivered of deliveries) {
    const lineage = traceResult(report.entries, delivered)
    const isReplayed = report.replayed.has(delivered.entry.result)
    const { findings, openings } = report
    const { names } = rules
    const text = tellStory({ lineage, findings, openings, names, isReplayed }, language)
    io.stdout(asked.isJson ? `${JSON.stringify(lineage, null, 2)}\n` : text)
  }
  if (!asked.isJson) io.stdout(caveats(asked, report))
  return report.isGood ? 0 : 1
}

function verdict(asked: Asked, report: Report): string {
  const { language } = asked
  const words = VERIFIER_WORDS[language]
  const { verdictGood, verdictBad, listed } = STORY_WORDS[language]
  const lines = [
    report.isGood ? verdictGood : verdictBad(report.findings.length),
    ...report.checkpoints.flatMap(({ origin, size }) => [
      words.log(origin, size),
      ...report.witnessed
        .filter((log) => log.origin === origin)
        .map((log) => words.witnessed(log.witnesses.join(listed), log.size)),
      ...report.anchored
        .filter((log) => log.origin === origin)
        .map((log) => words.anchored(log.chain, log.size)),
      ...(report.sm2Signed.includes(origin) ? [words.sm2] : []),
    ]),
    ...report.findings.map((finding) => describeFinding(finding, language)),
    ...(report.results.length > 0 ? [words.results(report.results.length)] : []),
    ...report.results.map(({ delivered }) => `  ${delivered.entry.result}`),
  ]
  return `${lines.map(visible).join('\n')}\n${caveats(asked, report)}`
}

// What the verdict rests on, so that nobody takes it for more than it is.
function caveats({ policyFile, rules, language }: Asked, { isSealed, absent }: Report): string {
  const words = VERIFIER_WORDS[language]
  const waived = CHAIN_LINKS.filter((link) => !rules.require.has(link))
  const { links, listed } = STORY_WORDS[language]
  const lines = [
    ...(policyFile === undefined ? [words.broughtPolicy] : []),
    ...(isSealed ? [] : [words.noManifest]),
    ...absent.map((origin) => words.absentLog(origin)),
    ...(waived.length > 0 ? [words.waived(waived.map((link) => links[link]).join(listed))] : []),
  ]
  return lines.map((line) => `${visible(line)}\n`).join('')
}

function summary(report: Report) {
  const { isGood, findings, checkpoints, witnessed, anchored } = report
  const { absent, results, replayed, isSealed, sm2Signed } = report
  return {
    isGood,
    isSealed,
    absent,
    findings,
    logs: checkpoints.map(({ origin, size, root }) => {
      return { origin, size, root: Buffer.from(root).toString('base64') }
    }),
    witnessed,
    anchored,
    sm2Signed,
    results: results.map(({ delivered }) => delivered.entry.result),
    replayed: [...replayed],
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof EvidenceError) return error.message
  return error instanceof Error
    ? `${Reflect.get(error, 'code') ?? error.name}: ${error.message}`
    : ''
}
