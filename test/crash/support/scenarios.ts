import { appendFileSync, writeFileSync } from 'node:fs'
import type { FaultPoint } from '#runtime/fault-point'
import { type Answered, ask } from '#sdk/ask'
import { csvOf } from '#test/support/tiny-rows'
import type { TinySpace } from '#test/support/tiny-space'

/** How a question ended for the bank that asked it. */
export type Ending =
  | { readonly kind: 'answer'; readonly answered: Answered; readonly voids: number }
  | {
      readonly kind: 'ended'
      readonly code: string
      readonly reason: string
      readonly voids: number
    }

/** What happens while a party is going to die. */
export type Scenario = (tiny: TinySpace) => Promise<Ending>

const TIMEOUT_MS = 90_000

/** The question is asked, and tried again after a void by the same signed request. */
export const asked: Scenario = (tiny) => ending(tiny, {}, () => undefined, 3)

/** A holder's own policies refuse the question. */
const refused: Scenario = (tiny) => {
  return ending(tiny, { where: [{ column: 'section', operator: 'eq', value: 'F' }] })
}

/** A holder's rows change between its advert and its sum: it refuses when all have reserved. */
const changed: Scenario = async (tiny) => {
  const file = tiny.rowsFile('binzhou')
  const restore = () => writeFileSync(file, csvOf(tiny.rows.binzhou))
  try {
    return await ending(tiny, {}, (stage) => {
      if (stage === 'confirming') appendFileSync(file, '91370100999999999X,Late,F,small,1\n')
    })
  } finally {
    restore()
  }
}

/** The bank goes away before it has signed the transcript: only the sweeper ends it. */
const abandoned: Scenario = async (tiny) => {
  const left = await ending(tiny, {}, (stage) => {
    if (stage === 'confirming') throw Object.assign(new Error('gone'), { code: 'BANK_GONE' })
  })
  return left
}

const BY_POINT: readonly (readonly [prefix: string, scenario: Scenario])[] = [
  ['gateway.expired', abandoned],
  ['gateway.refused', refused],
  ['connector.refusal', refused],
  ['task.refusal', changed],
  ['gateway.voided', changed],
  ['gateway.noted', changed],
  ['release.void', changed],
  ['connector.void', changed],
]

/** The scenario in which a fault point is come by. */
export function scenarioOf(point: FaultPoint): Scenario {
  return BY_POINT.find(([prefix]) => point.startsWith(prefix))?.[1] ?? asked
}

async function ending(
  tiny: TinySpace,
  change: Parameters<TinySpace['question']>[0],
  onStage: (stage: string) => void = () => undefined,
  attempts = 1,
): Promise<Ending> {
  let voids = 0
  const seen = { stage: '' }
  const progress = (stage: string) => {
    if (stage === 'opening' && seen.stage !== '') voids += 1
    seen.stage = stage
    onStage(stage)
  }
  try {
    const options = { progress, attempts, timeoutMs: TIMEOUT_MS }
    const answered = await ask(tiny.bank, await tiny.question(change), options)
    return { kind: 'answer', answered, voids }
  } catch (error) {
    const code = String(Reflect.get(Object(error), 'code') ?? error)
    return { kind: 'ended', code, reason: String(Reflect.get(Object(error), 'reason')), voids }
  }
}
