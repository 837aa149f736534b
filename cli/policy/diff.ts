import { type ChangedBox, diffPolicies, type PolicyDiff } from '#policies/analysis/diff'
import type { Language } from '#policies/describe'
import { UsageError } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, optionsOf } from '../options.ts'
import { loadPolicies } from './files.ts'
import { type PolicyIo, printJson } from './print.ts'

const OPTIONS = { ...COMMON, 'approved-by': { type: 'string', multiple: true } } as const

/** `baotu policy diff`: 1 when anything widens or loosens without two different approvals. */
export function diffCommand(argv: readonly string[], io: PolicyIo): number {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const [before, after] = positionals
  if (before === undefined || after === undefined || positionals.length > 2) {
    throw new UsageError('two policy files or folders are needed: before and after')
  }
  const diff = diffPolicies(loadPolicies([before], io.cwd), loadPolicies([after], io.cwd))
  const approvals = new Set(values['approved-by'] ?? [])
  if (values.json) printJson(io, { ...diff, approvals: [...approvals] })
  else print(diff, languageOf(values.lang), io)
  const wider = diff.widened.length + diff.loosened.length > 0
  return wider && approvals.size < 2 ? 1 : 0
}

function print(diff: PolicyDiff, language: Language, io: PolicyIo): void {
  const words = WORDS[language]
  const line = (text: string) => io.stdout.write(`${text}\n`)
  for (const id of diff.added) line(`+ ${id}`)
  for (const id of diff.removed) line(`- ${id}`)
  for (const id of diff.changed) line(`~ ${id}`)
  printBoxes(words.widened, diff.widened, language, io)
  printBoxes(words.narrowed, diff.narrowed, language, io)
  if (diff.loosened.length > 0) line(words.loosened)
  for (const { policy, rule, what, before, after } of diff.loosened) {
    line(`  ${policy}${rule}  ${what}: ${before} → ${after}`)
  }
  const same = diff.widened.length + diff.narrowed.length + diff.loosened.length === 0
  if (same) line(words.same)
}

function printBoxes(
  title: string,
  boxes: readonly ChangedBox[],
  language: Language,
  io: PolicyIo,
): void {
  if (boxes.length === 0) return
  io.stdout.write(`${title}\n`)
  for (const { policy, rule, witness, ...words } of boxes) {
    io.stdout.write(`  ${policy}${rule}\n`)
    for (const phrase of words[language]) io.stdout.write(`    ${phrase}\n`)
    io.stdout.write(`    ${WORDS[language].witness} ${JSON.stringify(witness)}\n`)
  }
}

const WORDS = {
  en: {
    widened: 'newly permitted',
    narrowed: 'no longer permitted',
    loosened: 'permitted under looser terms',
    same: 'both permit the same under the same terms',
    witness: 'for instance',
  },
  zh: {
    widened: '新增许可',
    narrowed: '不再许可',
    loosened: '许可的要求放宽',
    same: '两个版本许可的范围与要求相同',
    witness: '例如',
  },
} as const
