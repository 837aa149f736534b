import { getBorderCharacters, table } from 'table'
import { type Command, EXIT } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from '../options.ts'
import { type RunningSpace, runningIn } from '../space/running.ts'
import { shortName } from '../space/short-name.ts'

/** `baotu status`: whether a space is up, and who runs where. */
export const status: Command = {
  name: 'status',
  summary: { en: 'say whether a space is up', zh: '查看空间是否在运行' },
  help: {
    en: `baotu status <space-file> [--state DIR] [--json] [--lang zh|en]

Says whether the space is up, and lists its processes. Exit code 0 when it is, 4 when not.

  baotu status examples/three-cities/space.json
`,
    zh: `baotu status <空间文件> [--state 目录] [--json] [--lang zh|en]

说明空间是否在运行，并列出各进程。运行中退出码 0，否则 4。

  baotu status examples/three-cities/space.json
`,
  },
  async run(argv, io) {
    const { values, positionals } = optionsOf(argv, { ...COMMON, ...STATE })
    const { state } = await spaceAndState(onlyArgument(positionals, 'space file'), values.state, io)
    const running = await runningIn(state)
    const zh = languageOf(values.lang) === 'zh'
    if (values.json) io.stdout.write(`${JSON.stringify(running ?? null)}\n`)
    else if (running === undefined) io.stdout.write(zh ? '未运行\n' : 'not up\n')
    else io.stdout.write(processTable(running, zh))
    return running === undefined ? EXIT.notUp : EXIT.ok
  },
}

/** Everybody who runs, one line each. */
export function processTable({ processes }: RunningSpace, zh: boolean): string {
  const head = zh ? ['参与方', '角色', '进程', '地址'] : ['party', 'role', 'process', 'address']
  const rows = processes.map(({ did, role, pid, url }) => {
    return [shortName(did), role, `${pid}`, url ?? (zh ? '不监听' : 'does not listen')]
  })
  return table([head, ...rows], {
    border: getBorderCharacters('norc'),
    drawHorizontalLine: (line, count) => line === 0 || line === 1 || line === count,
  })
}
