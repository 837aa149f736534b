import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CommandIo } from '#cli/command'
import { QueryFile } from '#cli/query/query-file'
import { resolveQuestion } from '#cli/query/resolve-question'
import { stageWord } from '#cli/query/stage-words'
import { loadSpace, type Space } from '#cli/space/load-space'
import { openConsumer } from '#cli/space/open-consumer'
import { readPolicies } from '#cli/space/read-policies'
import { startSpace } from '#cli/space/start-space'
import { stateFolderAt } from '#cli/space/state-folder'
import { systemRandom } from '#crypto/random'
import { systemClock } from '#runtime/clock'
import { loadConfig } from '#runtime/config'
import type { Consumer } from '#sdk/consumer'
import type { BenchmarkOptions, BenchmarkResult } from './result.ts'
import { type Asked, type AskedStage, askRepeatedly } from './session/asked.ts'

const SPACE = path.resolve(import.meta.dirname, '../examples/three-cities/space.json')
const BANK = 'did:web:qilu-bank.example'
const QUESTION = 'retail-by-kind'

/**
 * A question between real parties: the space of three cities with every party a process of its own
 * and PostgreSQL below, on one machine. Where a whole session spends its time, stage by stage, as
 * the asking bank sees it: signatures, tasks, databases, logs and all.
 */
export async function run({ quick, progress }: BenchmarkOptions): Promise<BenchmarkResult[]> {
  const rounds = quick ? 3 : 7
  const folder = await mkdtemp(path.join(tmpdir(), 'baotu-bench-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(folder, { recursive: true, force: true }))
  const space = await loadSpace(SPACE)
  const state = stateFolderAt(path.join(folder, 'state'))
  const io = benchmarkIo(progress)
  owned.use(await startSpace(space, state, { io, language: 'en', progress }))
  const config = path.join(state.partyFolder(BANK), 'config.json')
  const { consumer } = owned.use(await openConsumer(config, io))
  progress(`asking ${rounds} times`)
  const asked = await askRepeatedly(consumer, await questionOf(space, consumer), rounds)
  return resultsOf(asked, rounds)
}

function resultsOf({ whole, stages }: Asked, rounds: number): BenchmarkResult[] {
  return [
    {
      name: 'a question between real parties',
      unit: 'ms',
      value: whole,
      note: `three tax bureaus, every party a process on this one machine; median of ${rounds} sessions`,
    },
    ...stages.map(({ stage, ms }) => ({
      name: `of it, ${stageName(stage)}`,
      unit: 'ms',
      value: ms,
      anchor: { name: 'the whole question', value: whole },
      ratio: ms / whole,
    })),
  ]
}

function stageName(stage: AskedStage): string {
  return stage === 'request'
    ? 'request: signed, sent, decided'
    : `${stage}: ${stageWord(stage, 'en')}`
}

async function questionOf(space: Space, consumer: Consumer) {
  const file = await loadConfig(space.resolve(`queries/${QUESTION}.json`), QueryFile)
  const around = {
    consumer: consumer.did,
    products: space.products.map(({ product }) => product),
    policies: await readPolicies(space),
    requestRef: 'benchmark',
  }
  return resolveQuestion(file, around).question
}

function benchmarkIo(progress: (line: string) => void): CommandIo {
  const told = { write: (text: string) => progress(text.trimEnd()) }
  return {
    stdout: told,
    stderr: told,
    cwd: process.cwd(),
    now: () => systemClock.now(),
    random: systemRandom,
    interrupted: new AbortController().signal,
    confirm: async () => false,
  }
}
