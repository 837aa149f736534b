import { readFileSync } from 'node:fs'
import path from 'node:path'
import { getBorderCharacters, table } from 'table'
import { ENTRY_FIELDS, type EntryType } from '#evidence/entry-fields'
import { type EntryIndex, type Recorded, valuesOf } from '#evidence/entry-index'
import { moment } from '#evidence/moment'
import { subjectLedger } from '#evidence/subject-tag'
import { visible } from '#evidence/visible'
import { nearestWord } from '#runtime/nearest-word'
import { type CommandIo, EXIT, UsageError } from './command.ts'
import { languageOf } from './language.ts'
import { COMMON, onlyArgument, optionsOf } from './options.ts'
import { readEvidence } from './read-evidence.ts'

const OPTIONS = {
  ...COMMON,
  policy: { type: 'string' },
  type: { type: 'string', multiple: true },
  actor: { type: 'string' },
  naming: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  'subject-key': { type: 'string' },
} as const

const WORDS = {
  zh: {
    heads: ['时间（北京）', '日志', '序号', '类型', '行为方', '所涉摘要'],
    count: (count: number) => `${count} 条记录`,
    defects: (count: number) => `发现 ${count} 处问题，请先运行 baotu evidence verify`,
  },
  en: {
    heads: ['time (Beijing)', 'log', 'record', 'type', 'actor', 'names'],
    count: (count: number) => `${count} records`,
    defects: (count: number) => `${count} defects were found: run baotu evidence verify first`,
  },
} as const

/**
 * `baotu evidence records`: the records of a folder that fit every given filter, by time; with a
 * subject's key (数字保险箱) its own ledger, the consents it gave and the uses of its data, which
 * nobody else can tell from the log. Exit code 0 only for evidence without a defect.
 */
export function recordsCommand(
  argv: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'cwd'>,
): number {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const folder = path.resolve(io.cwd, onlyArgument(positionals, 'evidence folder'))
  const fits = filterOf(values)
  const key = values['subject-key']
  const subject = key === undefined ? undefined : subjectKeyIn(path.resolve(io.cwd, key))
  const given = values.policy === undefined ? {} : { policy: values.policy }
  const { report } = readEvidence(folder, given, io.cwd)
  const records = among(report.entries, subject).filter(fits)
  const words = WORDS[languageOf(values.lang)]
  const text = `${tableOf(records, words.heads)}${words.count(records.length)}\n`
  io.stdout.write(values.json ? `${JSON.stringify(records)}\n` : text)
  if (report.isGood) return EXIT.ok
  io.stderr.write(`${words.defects(report.findings.length)}\n`)
  return EXIT.failed
}

type Filters = Partial<Record<'actor' | 'naming' | 'since' | 'until', string>> & {
  readonly type?: readonly string[]
}

function filterOf(filters: Filters): (record: Recorded) => boolean {
  const { actor, naming } = filters
  const types = filters.type && new Set<string>(filters.type.map(typeOf))
  const since = instantOf('since', filters.since) ?? Number.NEGATIVE_INFINITY
  const until = instantOf('until', filters.until) ?? Number.POSITIVE_INFINITY
  return ({ entry }) =>
    (types === undefined || types.has(entry.type)) &&
    (actor === undefined || entry.actor === actor) &&
    (naming === undefined || valuesOf(entry).has(naming)) &&
    entry.at >= since &&
    entry.at < until
}

function typeOf(word: string): EntryType {
  const types = Object.keys(ENTRY_FIELDS) as EntryType[]
  const type = types.find((known) => known === word)
  if (type !== undefined) return type
  const near = nearestWord(word, types)
  throw new UsageError(`no record has type ${word}${near ? ` (did you mean ${near}?)` : ''}`)
}

// A day begins in Beijing; a time without a zone is one of Beijing too.
function instantOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, date, time = 'T00:00:00', zone = '+08:00'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const at = Date.parse(`${date}${time}${zone}`)
  if (date === undefined || Number.isNaN(at)) {
    throw new UsageError(`--${name} takes a day or a time, as 2026-11-30 or 2026-11-30T09:00:00Z`)
  }
  return at
}

function subjectKeyIn(file: string): Uint8Array {
  const text = readFileSync(file, 'utf8').trim()
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex')
  throw new UsageError('--subject-key names a file with 64 hexadecimal digits')
}

function among(entries: EntryIndex, subject: Uint8Array | undefined): readonly Recorded[] {
  if (subject !== undefined) return subjectLedger(entries, subject)
  return [...entries.everything()].sort((a, b) => {
    return a.entry.at - b.entry.at || a.log.localeCompare(b.log) || a.index - b.index
  })
}

function tableOf(records: readonly Recorded[], heads: readonly string[]): string {
  const rows = records.map(({ log, index, entry }) => {
    const names = [...valuesOf(entry)].map((value) => value.slice(0, 19)).join(' ')
    return [moment(entry.at), log, index, entry.type, entry.actor, names].map((cell) => {
      return visible(String(cell))
    })
  })
  return table([[...heads], ...rows], {
    columns: heads.map((_, at) => ({ alignment: at === 2 ? 'right' : 'left' })),
    border: getBorderCharacters('norc'),
    drawHorizontalLine: (line, count) => line === 0 || line === 1 || line === count,
  })
}
