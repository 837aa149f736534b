import path from 'node:path'
import { parseArgs } from 'node:util'
import type { CommandIo } from '#cli/command'
import { tellFailure } from '#cli/failure'
import { type Language, languageOf } from '#cli/language'
import { answerTable, groupTitles } from '#cli/query/answer-table'
import { summaryLine } from '#cli/query/answered-text'
import { marked } from '#cli/query/figure-text'
import { QueryFile } from '#cli/query/query-file'
import { resolveQuestion } from '#cli/query/resolve-question'
import { stageWord } from '#cli/query/stage-words'
import { exportEvidence } from '#cli/space/export-evidence'
import { loadSpace, type Space } from '#cli/space/load-space'
import { openConsumer } from '#cli/space/open-consumer'
import { readPolicies } from '#cli/space/read-policies'
import { startSpace } from '#cli/space/start-space'
import { defaultStatePath, type StateFolder, stateFolderAt } from '#cli/space/state-folder'
import { runVerifierProcess } from '#cli/space/verifier-process'
import { systemRandom } from '#crypto/random'
import type { Product } from '#protocol/messages/product'
import { systemClock } from '#runtime/clock'
import { loadConfig } from '#runtime/config'
import { decimal } from '#sdk/answer'
import { type Answered, ask } from '#sdk/ask'
import type { Consumer } from '#sdk/consumer'
import { DEMO_WORDS } from './demo-words.ts'
import { type OneNumber, oneNumber } from './one-number.ts'

const QUERIES = ['retail-by-kind', 'jinan-retail-by-district'] as const
const BANK = 'did:web:qilu-bank.example'

interface Demo {
  readonly space: Space
  readonly state: StateFolder
  readonly io: CommandIo
  readonly language: Language
  readonly say: (line: string) => void
}

/** The whole demonstration: start, ask twice, look, verify, stop. */
export async function runDemo(demo: Demo): Promise<void> {
  const { space, state, io, language, say } = demo
  const words = DEMO_WORDS[language]
  const begun = io.now()
  say(`\n■ ${words.start}`)
  const progress = (line: string) => say(`  … ${line}`)
  {
    await using _started = await startSpace(space, state, { io, language, progress })
    await using bank = await openConsumer(configOf(demo, BANK), io)
    for (const [index, name] of QUERIES.entries()) {
      const { answered, product } = await askOne(demo, bank.consumer, name)
      if (index === 0) await showOneNumber(demo, answered, product)
    }
    say(`\n■ ${words.evidence}`)
    const exported = await exportEvidence(space, state)
    const { code, output } = await runVerifierProcess(exported, language)
    say(output.trimEnd().replaceAll(/^/gm, '  '))
    if (code !== 0) throw new Error(`the evidence did not verify (${code})`)
    say(`  ${words.verified}`)
    say(`\n■ ${words.stop}`)
  }
  say(words.done(decimal({ numerator: BigInt(io.now() - begun), denominator: 1000n }, 1)))
}

async function askOne({ space, io, language, say }: Demo, bank: Consumer, name: string) {
  const words = DEMO_WORDS[language]
  const file = await loadConfig(space.resolve(`queries/${name}.json`), QueryFile)
  const { question, product } = resolveQuestion(file, {
    consumer: bank.did,
    products: space.products.map((each) => each.product),
    policies: await readPolicies(space),
    requestRef: `demo-${io.now()}`,
  })
  say(`\n■ ${words.question(product.title[language])}`)
  const answered = await ask(bank, question, {
    progress: (stage) => say(`  … ${stageWord(stage, language)}`),
  })
  const { answer } = answered
  say(answerTable(answer, product, language).trimEnd())
  say(words.withheld(withheldNames(answered, product, language)))
  say(summaryLine(answered, language))
  return { answered, product }
}

/** Withheld groups by all titles but the last: `Lixia: large; Shizhong: medium, large`. */
function withheldNames({ answer }: Answered, product: Product, language: Language): string {
  const withheld = answer.groups.filter(({ figures }) => figures === undefined)
  const titles = withheld.map((group) => groupTitles(group, answer, product, language))
  const together = Map.groupBy(titles, (names) => names.slice(0, -1).join(' · '))
  const lines = [...together].map(([first, rest]) => {
    const last = rest.map((names) => names.at(-1)).join(', ')
    return first === '' ? last : `${first}: ${last}`
  })
  return lines.length === 0 ? '–' : lines.join('; ')
}

async function showOneNumber(demo: Demo, answered: Answered, product: Product): Promise<void> {
  const { language, say, io, state, space } = demo
  await using auditor = await openConsumer(configOf(demo, space.file.auditor.did), io)
  const seen = await oneNumber(answered, {
    auditor: auditor.consumer,
    gatewayFolder: state.partyFolder(space.file.gateway.did),
  })
  if (seen === undefined) return
  const group = answered.answer.groups[seen.group]
  const titles = group ? groupTitles(group, answered.answer, product, language) : []
  say(`\n■ ${DEMO_WORDS[language].number(titles.join('·'))}`)
  for (const line of viewLines(seen, language)) say(`  ${line}`)
}

function viewLines({ ciphertext, padded, sum }: OneNumber, language: Language): string[] {
  const words = DEMO_WORDS[language]
  const yuan = marked(decimal({ numerator: sum, denominator: 100n }, 2))
  const hex = Buffer.from(ciphertext.subarray(-24)).toString('hex')
  return [
    `${words.gateway(ciphertext.length)}  …${hex}`,
    `${words.release}  ${padded.map((word) => word.toString(16).padStart(13, '0')).join(' ')}`,
    `${words.bank}  ${yuan}`,
    words.bureau,
  ]
}

function configOf({ state }: Demo, did: string): string {
  return path.join(state.partyFolder(did), 'config.json')
}

async function main(argv: readonly string[]): Promise<number> {
  const options = { lang: { type: 'string' }, state: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...argv], options })
  const io: CommandIo = {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    now: () => systemClock.now(),
    random: systemRandom,
    interrupted: new AbortController().signal,
    confirm: async () => false,
  }
  const language = languageOf(values.lang)
  try {
    const space = await loadSpace(path.join(import.meta.dirname, 'space.json'))
    const state = stateFolderAt(values.state ?? defaultStatePath(space.file.space))
    const say = (line: string) => process.stdout.write(`${line}\n`)
    await runDemo({ space, state, io, say, language })
    return 0
  } catch (error) {
    return tellFailure(error, io, language)
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
