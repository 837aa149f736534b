import { type Command, type CommandIo, EXIT } from '../command.ts'
import { type Language, languageOf } from '../language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from '../options.ts'
import { checkMappings } from '../space/check-mappings.ts'
import { readPolicies } from '../space/read-policies.ts'
import { removeState } from '../space/remove-state.ts'
import { type StartedSpace, startSpace } from '../space/start-space.ts'
import { processTable } from './status.ts'

const WORDS = {
  zh: {
    fresh: (folder: string) => `删除 ${folder} 中的全部密钥和数据？`,
    kept: '未删除，未启动',
    ready: '就绪，按 Ctrl-C 停止',
    stopping: '正在停止',
    ended: (who: string, code: number | null) => `${who} 自行结束（${code ?? '信号'}），停止全部`,
  },
  en: {
    fresh: (folder: string) => `Remove all keys and data in ${folder}?`,
    kept: 'nothing removed, nothing started',
    ready: 'ready, Ctrl-C stops',
    stopping: 'stopping',
    ended: (who: string, code: number | null) => `${who} ended by itself (${code ?? 'signal'})`,
  },
} as const

/** `baotu up`: starts a space and stays until it is stopped. */
export const up: Command = {
  name: 'up',
  summary: { en: 'start a space on this machine', zh: '在本机启动空间' },
  help: {
    en: `baotu up <space-file> [--state DIR] [--fresh [--yes]] [--json] [--lang zh|en]

Starts every party of the space as its own process and stays until Ctrl-C. Keys, passwords and
data are made at the first start in .baotu/<name> (or --state) and kept.

  --fresh   remove the state folder first, after asking (--yes: without asking)
  --json    one JSON line on stdout when everything is up

  baotu up examples/three-cities/space.json
  baotu up examples/three-cities/space.json --fresh --yes
`,
    zh: `baotu up <空间文件> [--state 目录] [--fresh [--yes]] [--json] [--lang zh|en]

将空间的每一方作为独立进程启动，直到按下 Ctrl-C。密钥、口令和数据在首次启动时生成于
.baotu/<名称>（或 --state），此后保留。

  --fresh   先删除状态目录，删除前询问（--yes：不询问）
  --json    全部就绪后在标准输出写一行 JSON

  baotu up examples/three-cities/space.json
  baotu up examples/three-cities/space.json --fresh --yes
`,
  },
  async run(argv, io) {
    const flags = { fresh: { type: 'boolean' }, yes: { type: 'boolean' } } as const
    const { values, positionals } = optionsOf(argv, { ...COMMON, ...STATE, ...flags })
    const file = onlyArgument(positionals, 'space file')
    const { space, state } = await spaceAndState(file, values.state, io)
    const language = languageOf(values.lang)
    const words = WORDS[language]
    await readPolicies(space)
    await checkMappings(space)
    if (values.fresh) {
      const agreed = values.yes === true || (await io.confirm(words.fresh(state.path)))
      if (!agreed) {
        io.stderr.write(`${words.kept}\n`)
        return EXIT.failed
      }
      await removeState(state, space.file.space, io.random)
    }
    const progress = (line: string) => io.stderr.write(`… ${line}\n`)
    await using started = await startSpace(space, state, { io, language, progress })
    if (values.json) io.stdout.write(`${JSON.stringify(started.running)}\n`)
    else io.stdout.write(`${processTable(started.running, language === 'zh')}${words.ready}\n`)
    return await staysUp(started, io, language)
  },
}

async function staysUp(
  { broken }: StartedSpace,
  { interrupted, stderr }: CommandIo,
  language: Language,
): Promise<number> {
  const words = WORDS[language]
  const stopped = new Promise<undefined>((resolve) => {
    if (interrupted.aborted) resolve(undefined)
    else interrupted.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const end = await Promise.race([broken, stopped])
  if (end !== undefined) stderr.write(`${words.ended(end.name, end.code)}\n`)
  stderr.write(`${words.stopping}\n`)
  return end === undefined ? EXIT.ok : EXIT.failed
}
