import path from 'node:path'
import { loadConfig } from '#runtime/config'
import { ask } from '#sdk/ask'
import { receiptProof } from '#sdk/receipt-proof'
import { type Command, type CommandIo, EXIT, NotUpError, UsageError } from '../command.ts'
import { type Language, languageOf } from '../language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from '../options.ts'
import { answeredText } from '../query/answered-text.ts'
import { QueryFile } from '../query/query-file.ts'
import { resolveQuestion } from '../query/resolve-question.ts'
import { stageWord } from '../query/stage-words.ts'
import type { Space } from '../space/load-space.ts'
import { openConsumer } from '../space/open-consumer.ts'
import { writePrivate } from '../space/private-file.ts'
import { readPolicies } from '../space/read-policies.ts'
import { runningIn } from '../space/running.ts'
import { findByName, shortName } from '../space/short-name.ts'
import { startSpace } from '../space/start-space.ts'
import type { StateFolder } from '../space/state-folder.ts'

/** `baotu query`: asks one question as a consumer and prints the released table. */
export const query: Command = {
  name: 'query',
  summary: { en: 'ask one question as a consumer', zh: '以使用方身份提出一个问题' },
  help: {
    en: `baotu query <query-file> --space <space-file> [--as NAME] [--up] [--receipt FILE] [--state DIR] [--json] [--lang zh|en]

Signs the question, follows it to its release and prints the table: exact integers, money in yuan,
shares in percent. Groups that may not be released are listed as withheld, all with the same word.
Progress goes to stderr.

  --as      the consumer, by DID or short name; needed where the space has more than one
  --up      start the space for this one question when it is not up
  --receipt keep the receipt of the answer (C2SP tlog-proof): proof of what the gateway's log held,
            for \`baotu evidence verify --receipt\`
  --json    exact numbers and codes on stdout

  baotu query examples/three-cities/queries/retail-by-kind.json --space examples/three-cities/space.json --as qilu-bank
`,
    zh: `baotu query <问题文件> --space <空间文件> [--as 名称] [--up] [--receipt 文件] [--state 目录] [--json] [--lang zh|en]

签署问题，跟踪至发布，打印结果表：整数精确，金额以元为单位，占比为百分数。不得披露的分组统一标注
“不披露”。进度写到标准错误。

  --as      使用方的 DID 或短名；空间有多个使用方时必填
  --up      空间未运行时，仅为本问题启动
  --receipt 保存结果的回执（C2SP tlog-proof）：证明网关日志当时的内容，供
            \`baotu evidence verify --receipt\` 核验
  --json    在标准输出写精确数值和代码

  baotu query examples/three-cities/queries/retail-by-kind.json --space examples/three-cities/space.json --as qilu-bank
`,
  },
  async run(argv, io) {
    const own = {
      space: { type: 'string' },
      as: { type: 'string' },
      up: { type: 'boolean' },
      receipt: { type: 'string' },
    } as const
    const { values, positionals } = optionsOf(argv, { ...COMMON, ...STATE, ...own })
    const file = onlyArgument(positionals, 'query file')
    if (values.space === undefined) throw new UsageError('--space <space-file> is missing')
    const { space, state } = await spaceAndState(values.space, values.state, io)
    const language = languageOf(values.lang)
    const asking = {
      space,
      consumer: consumerOf(space, values.as),
      file: await loadConfig(path.resolve(io.cwd, file), QueryFile),
      receiptFile: values.receipt && path.resolve(io.cwd, values.receipt),
      json: values.json === true,
      language,
    }
    await using _up = await upFor(space, state, { io, language, up: values.up === true })
    return await askAndPrint(asking, state, io)
  },
}

interface Asking {
  readonly space: Space
  readonly consumer: string
  readonly file: QueryFile
  readonly receiptFile: string | undefined
  readonly json: boolean
  readonly language: Language
}

async function askAndPrint(asking: Asking, state: StateFolder, io: CommandIo): Promise<number> {
  const { space, consumer: did, language } = asking
  const { question, product } = resolveQuestion(asking.file, {
    consumer: did,
    products: space.products.map(({ product }) => product),
    policies: await readPolicies(space),
    requestRef: `cli-${io.now()}`,
  })
  const config = path.join(state.partyFolder(did), 'config.json')
  await using opened = await openConsumer(config, io)
  const answered = await ask(opened.consumer, question, {
    signal: io.interrupted,
    progress: (stage) => io.stderr.write(`… ${stageWord(stage, language)}\n`),
  })
  io.stdout.write(answeredText(answered, product, asking))
  if (asking.receiptFile !== undefined) {
    await writePrivate(asking.receiptFile, await receiptProof(opened.consumer, answered))
  }
  return EXIT.ok
}

function consumerOf({ file: { consumers } }: Space, name: string | undefined): string {
  const dids = consumers.map(({ did }) => did)
  const [only] = dids
  if (name === undefined && only !== undefined && dids.length === 1) return only
  const did = name === undefined ? undefined : findByName(name, dids)
  if (did !== undefined) return did
  throw new UsageError(`--as names no one consumer; there are ${dids.map(shortName).join(', ')}`)
}

interface UpFor {
  readonly io: CommandIo
  readonly language: Language
  readonly up: boolean
}

/** Nothing to dispose of where the space is up already. */
async function upFor(
  space: Space,
  state: StateFolder,
  { io, language, up }: UpFor,
): Promise<AsyncDisposable | undefined> {
  if ((await runningIn(state)) !== undefined) return undefined
  if (!up) {
    const start = `baotu up ${path.relative(io.cwd, space.path)}`
    throw new NotUpError(
      language === 'zh'
        ? `空间未运行：在另一终端执行 \`${start}\`，或加 --up 仅为本问题启动`
        : `the space is not up: run \`${start}\` in another terminal, or add --up to start it for this question`,
    )
  }
  const progress = (line: string) => io.stderr.write(`… ${line}\n`)
  return await startSpace(space, state, { io, language, progress })
}
