import path from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearestWord } from '#runtime/nearest-word'
import { type CommandIo, UsageError } from './command.ts'
import { loadSpace, type Space } from './space/load-space.ts'
import { defaultStatePath, type StateFolder, stateFolderAt } from './space/state-folder.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** Options that every command takes. */
export const COMMON = {
  json: { type: 'boolean' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies Options

/** The option that says where a space keeps its keys and data. */
export const STATE = { state: { type: 'string' } } as const satisfies Options

/** parseArgs, strictly; a mistake is told with the nearest option. Throws UsageError. */
export function optionsOf<const O extends Options>(argv: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    const given = argv.find((word) => word.startsWith('--') && !isKnown(word, options))
    const near = given && nearestWord(bare(given), Object.keys(options))
    const hint = near ? ` (did you mean --${near}?)` : ''
    throw new UsageError(`${cause.message.split('. ')[0]}${hint}`)
  }
}

/** An option that counts something: a whole number of zero or more. Throws UsageError. */
export function countOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined || /^[0-9]{1,9}$/.test(value))
    return value === undefined ? undefined : Number(value)
  throw new UsageError(`--${name} takes a whole number`)
}

/** The one positional argument of a command. Throws UsageError. */
export function onlyArgument(positionals: readonly string[], what: string): string {
  const [first] = positionals
  if (first !== undefined && positionals.length === 1) return first
  throw new UsageError(positionals.length === 0 ? `${what} is missing` : `one ${what} is enough`)
}

/** The space file of that name, and where the space keeps its state. */
export async function spaceAndState(
  file: string,
  state: string | undefined,
  io: Pick<CommandIo, 'cwd'>,
): Promise<{ readonly space: Space; readonly state: StateFolder }> {
  const space = await loadSpace(path.resolve(io.cwd, file))
  const folder = state ?? defaultStatePath(space.file.space)
  return { space, state: stateFolderAt(path.resolve(io.cwd, folder)) }
}

function isKnown(word: string, options: Options): boolean {
  return Object.hasOwn(options, bare(word))
}

function bare(word: string): string {
  return word.replace(/^--(no-)?/, '').replace(/=.*$/, '')
}
