import { parseCheckpoint } from '#evidence/checkpoint'
import { logName } from '#evidence/log-owner'
import type { NoteVerifier } from '#evidence/note-key'
import { settleSplit } from '#evidence/settle-split'
import { parseNote } from '#evidence/signed-note'
import { type OpenSplit, SplitStore } from '#evidence/split-store'
import { verifyNote } from '#evidence/verify-note'
import { type CommandIo, EXIT, UsageError } from './command.ts'
import { type Language, languageOf } from './language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from './options.ts'
import type { Space } from './space/load-space.ts'
import { logKeepers, noteVerifiersOf, openExportingParty } from './space/party-evidence.ts'
import { requireUp } from './space/running.ts'
import { findByName, shortName } from './space/short-name.ts'
import type { StateFolder } from './space/state-folder.ts'

type Io = Pick<CommandIo, 'stdout' | 'cwd'>

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

/** `baotu evidence splits`: every split that is not settled, with both notes. */
export async function splitsCommand(argv: readonly string[], io: Io): Promise<number> {
  const options = { ...COMMON, ...STATE, party: { type: 'string' } } as const
  const { values, positionals } = optionsOf(argv, options)
  const opened = await openSpace(positionals, values.state, io)
  const keepers = logKeepers(opened.space)
  const parties = values.party === undefined ? keepers : [oneOf(values.party, keepers)]
  const verifiers = await noteVerifiersOf(opened.space, opened.state)
  const told: ToldSplit[] = []
  for (const party of parties) {
    await using owned = new AsyncDisposableStack()
    const { database, spaceId } = await openExportingParty(party, opened.space, opened.state, owned)
    const open = await new SplitStore(database, spaceId).open()
    told.push(...open.map((split) => tell(party, split, verifiers)))
  }
  const language = languageOf(values.lang)
  io.stdout.write(values.json ? `${JSON.stringify(told)}\n` : splitsText(told, language))
  return EXIT.ok
}

/**
 * `baotu evidence settle`: a person has found out which history is true; that party trusts the log
 * again. Without `--keep` it shows both and changes nothing.
 */
export async function settleCommand(argv: readonly string[], io: Io): Promise<number> {
  const named = { party: { type: 'string' }, log: { type: 'string' } } as const
  const choice = { split: { type: 'string' }, keep: { type: 'string' } } as const
  const { values, positionals } = optionsOf(argv, { ...COMMON, ...STATE, ...named, ...choice })
  const { party: who, log, keep, split: digest } = values
  if (who === undefined || log === undefined) throw new UsageError('--party and --log are needed')
  const { space, state } = await openSpace(positionals, values.state, io)
  const did = oneOf(who, logKeepers(space))
  await using owned = new AsyncDisposableStack()
  const party = await openExportingParty(did, space, state, owned)
  const open = await new SplitStore(party.database, party.spaceId).open()
  const split = oneSplit(open, originOf(log, space), digest)
  const language = languageOf(values.lang)
  const told = tell(did, split, await noteVerifiersOf(space, state))
  if (!values.json) io.stdout.write(splitsText([told], language))
  if (keep !== 'held' && keep !== 'shown') {
    throw new UsageError('--keep held or --keep shown, once it is known which history is true')
  }
  const { index } = await settleSplit(party, split, keep)
  const words = WORDS[language]
  const settled = `${words.settled(index, words[keep])}\n`
  io.stdout.write(values.json ? `${JSON.stringify({ ...told, kept: keep, index })}\n` : settled)
  return EXIT.ok
}

interface ToldNote {
  readonly size: number
  /** Base64. */
  readonly root: string
  /** The names of those whose signature on it holds. */
  readonly signedBy: readonly string[]
}

interface ToldSplit {
  readonly party: string
  readonly log: string
  readonly split: string
  readonly held: ToldNote
  readonly shown: ToldNote
}

async function openSpace(
  positionals: readonly string[],
  folder: string | undefined,
  io: Io,
): Promise<{ readonly space: Space; readonly state: StateFolder }> {
  const file = onlyArgument(positionals, 'space file')
  const opened = await spaceAndState(file, folder, io)
  await requireUp(opened.state, file)
  return opened
}

function oneOf(word: string, dids: readonly string[]): string {
  const did = findByName(word, dids)
  if (did !== undefined) return did
  throw new UsageError(
    `\`${word}\` names no one party; there are ${dids.map(shortName).join(', ')}`,
  )
}

// A log is named by its origin or by whose it is.
function originOf(word: string, space: Space): string {
  const did = findByName(word, logKeepers(space))
  return did === undefined ? word : logName(did, space.file.space)
}

function oneSplit(
  open: readonly OpenSplit[],
  origin: string,
  digest: string | undefined,
): OpenSplit {
  const ofLog = open.filter((split) => split.origin === origin)
  const fitting = ofLog.filter((split) => digest === undefined || split.digest === digest)
  const [split, ...more] = fitting
  if (split === undefined) throw new UsageError('that party has no such open split')
  if (more.length === 0) return split
  const names = fitting.map((one) => one.digest).join(', ')
  throw new UsageError(`${fitting.length} splits of that log are open, say --split: ${names}`)
}

function tell(party: string, split: OpenSplit, verifiers: readonly NoteVerifier[]): ToldSplit {
  const { origin, digest, held, shown } = split
  const notes = { held: tellNote(held, verifiers), shown: tellNote(shown, verifiers) }
  return { party, log: origin, split: digest, ...notes }
}

function tellNote(note: string, verifiers: readonly NoteVerifier[]): ToldNote {
  const parsed = parseNote(note)
  const { size, root } = parseCheckpoint(parsed.text)
  const signers = verifyNote(parsed, verifiers).map(({ verifier }) => verifier.name)
  return { size, root: Buffer.from(root).toString('base64'), signedBy: [...new Set(signers)] }
}

function splitsText(splits: readonly ToldSplit[], language: Language): string {
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
