import { setTimeout as delay } from 'node:timers/promises'
import { type Command, EXIT, NotUpError } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from '../options.ts'
import { launcherOf } from '../space/state-folder.ts'

/** How long a space may take to stop before the command gives up waiting, in ms. */
const PATIENCE_MS = 120_000

/** `baotu down`: stops a space that another terminal brought up. */
export const down: Command = {
  name: 'down',
  summary: { en: 'stop a space that is up elsewhere', zh: '停止在别处启动的空间' },
  help: {
    en: `baotu down <space-file> [--state DIR] [--lang zh|en]

Asks the launcher of the space to stop everything and waits for it. Keys and data stay.

  baotu down examples/three-cities/space.json
`,
    zh: `baotu down <空间文件> [--state 目录] [--lang zh|en]

请启动进程停止全部参与方并等待其结束。密钥和数据保留。

  baotu down examples/three-cities/space.json
`,
  },
  async run(argv, io) {
    const { values, positionals } = optionsOf(argv, { ...COMMON, ...STATE })
    const { state } = await spaceAndState(onlyArgument(positionals, 'space file'), values.state, io)
    const pid = await launcherOf(state)
    if (pid === undefined) throw new NotUpError('the space is not up')
    process.kill(pid, 'SIGTERM')
    const until = io.now() + PATIENCE_MS
    while ((await launcherOf(state)) === pid) {
      if (io.now() > until) {
        io.stderr.write(`process ${pid} has not ended\n`)
        return EXIT.failed
      }
      await delay(100)
    }
    io.stdout.write(languageOf(values.lang) === 'zh' ? '已停止\n' : 'stopped\n')
    return EXIT.ok
  },
}
