import { type Command, EXIT, UsageError } from '../command.ts'
import { type Language, languageOf } from '../language.ts'
import { COMMON, optionsOf } from '../options.ts'

const HEAD = {
  en: 'baotu: a trusted data space gateway. Usage: baotu <command> …\n\n',
  zh: '趵突：可信数据空间网关。用法：baotu <命令> …\n\n',
} as const

const TAIL = {
  en: `
\`baotu help <command>\` shows options and examples. Exit codes: 0 done, 1 failed, 2 mend the command
line or a file, 3 the question was refused or voided, 4 the space is not up.
`,
  zh: `
\`baotu help <命令>\` 显示选项和示例。退出码：0 完成，1 失败，2 命令行或文件有误，3 问题被拒绝或作废，
4 空间未运行。
`,
} as const

/** `baotu help`: all commands, or one with its options and examples. */
export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    summary: { en: 'explain a command', zh: '说明命令用法' },
    help: {
      en: 'baotu help [command] [--lang zh|en]\n\n  baotu help query\n',
      zh: 'baotu help [命令] [--lang zh|en]\n\n  baotu help query\n',
    },
    async run(argv, io) {
      const { values, positionals } = optionsOf(argv, COMMON)
      const language = languageOf(values.lang)
      const name = positionals.join(' ')
      if (name === '') {
        io.stdout.write(overview(commands(), language))
        return EXIT.ok
      }
      const command = commands().find((candidate) => candidate.name === name)
      if (command === undefined) throw new UsageError(`no command \`${name}\``)
      io.stdout.write(command.help[language])
      return EXIT.ok
    },
  }
}

/** One line a command. */
export function overview(commands: readonly Command[], language: Language): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(14)}${summary[language]}\n`)
  return `${HEAD[language]}${lines.join('')}${TAIL[language]}`
}
