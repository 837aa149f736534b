import { parseCheckpoint } from '#evidence/checkpoint'
import type { NoteVerifier } from '#evidence/note-key'
import type { KeptHistory } from '#evidence/settle-split'
import { parseNote } from '#evidence/signed-note'
import type { OpenSplit } from '#evidence/split-store'
import type { Language } from './language.ts'
import { shortName } from './space/short-name.ts'

/** One of the two checkpoints of a split. */
export interface ToldNote {
  readonly size: number
  /** Base64. */
  readonly root: string
  /** The names of those whose signature on it holds. */
  readonly signedBy: readonly string[]
}

/** A split as `baotu evidence splits --json` prints it; `split` names it. */
export interface ToldSplit {
  readonly party: string
  readonly log: string
  readonly split: string
  readonly held: ToldNote
  readonly shown: ToldNote
}

const WORDS = {
  zh: {
    none: '没有未了结的分裂',
    split: (party: string, log: string) => `${party} 见到日志 ${log} 的两份历史`,
    held: '所持',
    shown: '所示',
    note: (size: number, root: string, by: string) => `${size} 条记录，根 ${root}，签名方 ${by}`,
    name: '编号',
    settled: (index: number, kept: string) =>
      `已了结，保留${kept}的历史；记于该方日志第 ${index} 条`,
  },
  en: {
    none: 'no split is open',
    split: (party: string, log: string) => `${party} was shown two histories of ${log}`,
    held: 'held ',
    shown: 'shown',
    note: (size: number, root: string, by: string) =>
      `${size} records, root ${root}, signed by ${by}`,
    name: 'split',
    settled: (index: number, kept: string) =>
      `settled, the history ${kept.trim()} is kept; record ${index} of that party’s log`,
  },
} as const

/** What both notes say; signatures that hold by `verifiers`, and no others, are named. */
export function tellSplit(
  party: string,
  split: OpenSplit,
  verifiers: readonly NoteVerifier[],
): ToldSplit {
  const { origin, digest, held, shown } = split
  const notes = { held: tellNote(held, verifiers), shown: tellNote(shown, verifiers) }
  return { party, log: origin, split: digest, ...notes }
}

function tellNote(note: string, verifiers: readonly NoteVerifier[]): ToldNote {
  const parsed = parseNote(note)
  const { size, root } = parseCheckpoint(parsed.text)
  // Line by line: whoever showed the note may have put lines on it that do not hold.
  const holding = parsed.signatures.filter(({ name, keyId, signature }) => {
    const key = verifiers.find((one) => one.name === name && one.keyId === keyId)
    return key?.verify(parsed.text, signature) ?? false
  })
  const signedBy = [...new Set(holding.map(({ name }) => name))]
  return { size, root: Buffer.from(root).toString('base64'), signedBy }
}

/** Some lines for each split. */
export function splitsText(splits: readonly ToldSplit[], language: Language): string {
  const words = WORDS[language]
  if (splits.length === 0) return `${words.none}\n`
  const noteText = ({ size, root, signedBy }: ToldNote) =>
    words.note(size, root, signedBy.join(', '))
  return splits
    .flatMap(({ party, log, split, held, shown }) => [
      words.split(shortName(party), log),
      `  ${words.held}  ${noteText(held)}`,
      `  ${words.shown}  ${noteText(shown)}`,
      `  ${words.name}  ${split}`,
    ])
    .map((line) => `${line}\n`)
    .join('')
}

/** That a split is settled, and where that is recorded. */
export function settledText(keep: KeptHistory, index: number, language: Language): string {
  const words = WORDS[language]
  return `${words.settled(index, words[keep])}\n`
}
