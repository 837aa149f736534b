import type { QueryState } from '#protocol/messages/query-state'
import { ask, type Question } from '#sdk/ask'
import type { Consumer } from '#sdk/consumer'
import { median } from '../runner/measure.ts'

/** A stage as the gateway tells it, and what comes before the first. */
export type AskedStage = QueryState['stage'] | 'request'

/** A stage that a question waits in, and the median time that it did, in ms. */
export interface StageTime {
  readonly stage: AskedStage
  readonly ms: number
}

/** One question asked several times: the whole, and where its time went. */
export interface Asked {
  readonly whole: number
  /** In order; the last is what the consumer does with the released table. */
  readonly stages: readonly StageTime[]
}

/** Asks `rounds` times after one that is not counted, each a session of its own. */
export async function askRepeatedly(
  consumer: Consumer,
  question: Question,
  rounds: number,
): Promise<Asked> {
  await askOnce(consumer, question)
  const all: (readonly StageTime[])[] = []
  for (let round = 0; round < rounds; round += 1) all.push(await askOnce(consumer, question))
  const names = [...new Set(all.flat().map(({ stage }) => stage))]
  return {
    whole: median(all.map(total)),
    stages: names.map((stage) => ({
      stage,
      ms: median(all.map((times) => total(times.filter((time) => time.stage === stage)))),
    })),
  }
}

// The first stage is reached with the answer to the request; before it lies signing and sending.
async function askOnce(consumer: Consumer, question: Question): Promise<readonly StageTime[]> {
  const times: StageTime[] = []
  let stage: AskedStage = 'request'
  let since = performance.now()
  const end = () => {
    const now = performance.now()
    times.push({ stage, ms: now - since })
    since = now
  }
  const progress = (reached: QueryState['stage']) => {
    end()
    stage = reached
  }
  await ask(consumer, question, { progress })
  end()
  return times
}

function total(times: readonly StageTime[]): number {
  return times.reduce((sum, { ms }) => sum + ms, 0)
}
