import { logName } from '#evidence/log-owner'
import { settleSplit } from '#evidence/settle-split'
import { type OpenSplit, SplitStore } from '#evidence/split-store'
import { type CommandIo, EXIT, UsageError } from './command.ts'
import { languageOf } from './language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from './options.ts'
import type { Space } from './space/load-space.ts'
import { logKeepers, noteVerifiersOf, openExportingParty } from './space/party-evidence.ts'
import { requireUp } from './space/running.ts'
import { findByName, shortName } from './space/short-name.ts'
import type { StateFolder } from './space/state-folder.ts'
import { settledText, splitsText, type ToldSplit, tellSplit } from './told-split.ts'

type Io = Pick<CommandIo, 'stdout' | 'cwd'>

/** `baotu evidence splits`: every split that is not settled, with both notes. */
export async function splitsCommand(argv: readonly string[], io: Io): Promise<number> {
  const options = { ...COMMON, ...STATE, party: { type: 'string' } } as const
  const { values, positionals } = optionsOf(argv, options)
  const { space, state } = await openSpace(positionals, values.state, io)
  const keepers = logKeepers(space)
  const parties = values.party === undefined ? keepers : [oneOf(values.party, keepers)]
  const verifiers = await noteVerifiersOf(space, state)
  const told: ToldSplit[] = []
  for (const party of parties) {
    await using owned = new AsyncDisposableStack()
    const { database, spaceId } = await openExportingParty(party, space, state, owned)
    const open = await new SplitStore(database, spaceId).open()
    told.push(...open.map((split) => tellSplit(party, split, verifiers)))
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
  const { keep, json } = values
  const { space, state } = await openSpace(positionals, values.state, io)
  await using owned = new AsyncDisposableStack()
  const { party, split } = await meantSplit(values, space, state, owned)
  const language = languageOf(values.lang)
  const told = tellSplit(party.did, split, await noteVerifiersOf(space, state))
  if (!json) io.stdout.write(splitsText([told], language))
  if (keep !== 'held' && keep !== 'shown') {
    throw new UsageError('--keep held or --keep shown, once it is known which history is true')
  }
  const { index } = await settleSplit(party, split, keep)
  const settled = `${JSON.stringify({ ...told, kept: keep, index })}\n`
  io.stdout.write(json ? settled : settledText(keep, index, language))
  return EXIT.ok
}

type Meant = Partial<Record<'party' | 'log' | 'split', string>>

async function meantSplit(
  { party: who, log, split: digest }: Meant,
  space: Space,
  state: StateFolder,
  owned: AsyncDisposableStack,
) {
  if (who === undefined || log === undefined) throw new UsageError('--party and --log are needed')
  const did = oneOf(who, logKeepers(space))
  const party = await openExportingParty(did, space, state, owned)
  const open = await new SplitStore(party.database, party.spaceId).open()
  return { party, split: oneSplit(open, originOf(log, space), digest) }
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
