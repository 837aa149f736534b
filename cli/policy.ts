import { type Command, UsageError } from './command.ts'
import { languageOf } from './language.ts'
import { convertCommand, schemaCommand } from './policy/convert.ts'
import { diffCommand } from './policy/diff.ts'
import { explainCommand } from './policy/explain.ts'
import { POLICY_HELP } from './policy/help.ts'
import { lintCommand } from './policy/lint.ts'
import type { PolicyIo } from './policy/print.ts'
import { replayCommand, shadowCommand } from './policy/replay.ts'
import { testCommand } from './policy/test.ts'

const SUBCOMMANDS: Readonly<
  Record<string, (argv: readonly string[], io: PolicyIo) => number | Promise<number>>
> = {
  lint: lintCommand,
  test: testCommand,
  explain: explainCommand,
  diff: diffCommand,
  replay: replayCommand,
  shadow: shadowCommand,
  convert: convertCommand,
  schema: schemaCommand,
}

/** `baotu policy`: the workbench of policy authors. Works on files alone; no space has to be up. */
export const policy: Command = {
  name: 'policy',
  summary: {
    en: 'lint, test, explain, compare and replay policies',
    zh: '策略的检查、测试、解释、对比与回放',
  },
  help: POLICY_HELP,
  run: runPolicyCommand,
}

/** Runs one subcommand. Throws UsageError, or a PolicyError that names the place, for bad input. */
export async function runPolicyCommand(argv: readonly string[], io: PolicyIo): Promise<number> {
  const [name = '', ...rest] = argv
  const wantsHelp = name === '' || name === 'help' || argv.includes('--help') || argv.includes('-h')
  if (wantsHelp) {
    const named = argv[argv.indexOf('--lang') + 1]
    io.stdout.write(POLICY_HELP[languageOf(argv.includes('--lang') ? named : undefined)])
    return name === '' ? 2 : 0
  }
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
  if (subcommand === undefined) {
    throw new UsageError(`baotu policy ${Object.keys(SUBCOMMANDS).join(' | ')}, not \`${name}\``)
  }
  return subcommand(rest, io)
}
