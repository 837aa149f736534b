import { nearestWord } from '#runtime/nearest-word'
import { type CommandIo, EXIT, UsageError } from './command.ts'
import { overview } from './commands/help.ts'
import { COMMANDS } from './commands.ts'
import { tellFailure } from './failure.ts'
import { isLanguage, LANGUAGES, languageOf } from './language.ts'

/** Runs one command line without its program and script; gives the exit code, never throws. */
export async function runBaotu(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const [first] = argv
    requireLanguage(namedLanguage(argv))
    if (first === undefined || first === '--help' || first === '-h') {
      io.stdout.write(overview(COMMANDS, languageOf(namedLanguage(argv))))
      return first === undefined ? EXIT.usage : EXIT.ok
    }
    const command = COMMANDS.find(({ name }) => name === argv.slice(0, words(name)).join(' '))
    if (command === undefined) throw unknownCommand(argv)
    const rest = argv.slice(words(command.name))
    if (rest.includes('--help') || rest.includes('-h')) {
      io.stdout.write(command.help[languageOf(namedLanguage(argv))])
      return EXIT.ok
    }
    return await command.run(rest, io)
  } catch (error) {
    return tellFailure(error, io, namedLanguage(argv))
  }
}

// Before the command line is understood, and when it is not, the option may stand anywhere.
function namedLanguage(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--lang')
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--lang='))?.slice(7)
}

function requireLanguage(named: string | undefined): void {
  if (named === undefined || isLanguage(named)) return
  throw new UsageError(`--lang takes ${LANGUAGES.join(' or ')}`)
}

function unknownCommand(argv: readonly string[]): UsageError {
  const names = COMMANDS.map(({ name }) => name)
  const said = argv.slice(0, 2).join(' ')
  const near = nearestWord(said, names) ?? nearestWord(argv[0] ?? '', names)
  return new UsageError(`no command \`${argv[0]}\`${near ? `, did you mean \`${near}\`?` : ''}`)
}

function words(name: string): number {
  return name.split(' ').length
}
