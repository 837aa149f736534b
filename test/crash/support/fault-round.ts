import { setTimeout as delay } from 'node:timers/promises'
import type { FaultPoint } from '#runtime/fault-point'
import type { Answered } from '#sdk/ask'
import { plainGroups } from '#test/support/plain-source'
import { BUREAUS, plainRowsOf } from '#test/support/tiny-rows'
import type { TinySpace } from '#test/support/tiny-space'
import type { ArmedSpace } from './armed-space.ts'
import { disagreements, openEnds, readBooks } from './books.ts'
import type { Audit, Records } from './records.ts'
import { asked, type Ending, type Scenario, scenarioOf } from './scenarios.ts'

/** What one round of dying, coming back and asking again has shown. */
export interface RoundReport {
  readonly point: string
  /** Whether a process died there. */
  readonly isReached: boolean
  /** How the question that was pending ended: answered, or a code. */
  readonly pending: string
  /** Everything that should not be. */
  readonly faults: readonly string[]
  readonly audit: Audit
}

const PENDING_MS = 120_000
const REST_MS = 60_000

/**
 * Arms a fault point, asks, lets the party die and come back; then the question has ended, the
 * space comes to rest, the same question is answered exactly, and all books and logs agree.
 */
export async function faultRound(
  { tiny, arm }: ArmedSpace,
  records: Records,
  point: FaultPoint,
  nth = 1,
): Promise<RoundReport> {
  const killing = arm(point, nth)
  const round = await roundOf(tiny, records, scenarioOf(point), () => killing.happened(30_000))
  return { point, ...round }
}

/** A round in which a process dies by `kill -9` from outside, whatever it is doing. */
export async function killRound(
  tiny: TinySpace,
  records: Records,
  { name, afterMs, kill }: OutsideKill,
): Promise<RoundReport> {
  const killed = delay(afterMs).then(kill)
  const back = async () => {
    await killed
    return true
  }
  const round = await roundOf(tiny, records, asked, back)
  return { point: `${name} after ${afterMs} ms`, ...round }
}

export interface OutsideKill {
  readonly name: string
  /** After the question was asked. */
  readonly afterMs: number
  /** Resolves when what was killed runs again, or is somebody else's to start. */
  readonly kill: () => Promise<void>
}

async function roundOf(
  tiny: TinySpace,
  records: Records,
  scenario: Scenario,
  happened: () => Promise<boolean>,
): Promise<Omit<RoundReport, 'point'>> {
  const pending = await Promise.race([scenario(tiny), late(PENDING_MS)])
  const isReached = await happened()
  const rest = await comeToRest(tiny)
  const again = await asked(tiny)
  const books = disagreements(await readBooks(tiny))
  for (const one of [pending, again]) if (one?.kind === 'answer') records.keep(one.answered)
  const audit = await records.audit()
  const faults = [
    ...(pending === undefined ? ['the pending question hung'] : endingFaults(pending, tiny)),
    ...rest,
    ...(again.kind === 'answer' ? [] : [`asked again: ${again.code} ${again.reason}`]),
    ...endingFaults(again, tiny),
    ...books,
    ...audit.faults,
  ]
  return { isReached, pending: nameOf(pending), faults, audit }
}

/** Whether an answer is what the rows come to, computed plainly. */
export function isExact({ answer }: Answered, tiny: TinySpace): boolean {
  const question = {
    part: 'tax',
    groupBy: [
      { dimension: 'section', codes: ['C', 'F'] },
      { dimension: 'size', codes: ['small', 'large'] },
    ],
    where: [],
    amounts: [{ column: 'tax12', lower: 0n, upper: 10_000_000_000_000n, squares: false }],
    flags: [],
  }
  const parts = BUREAUS.map((bureau) => plainGroups(plainRowsOf(tiny.rows[bureau]), question))
  return answer.groups.every(({ figures }, group) => {
    const own = parts.flatMap((part) => part.filter((one) => one.group === group))
    const count = own.reduce((sum, { units }) => sum + units, 0n)
    const sum = own.reduce((total, { amounts }) => total + (amounts[0]?.sum ?? 0n), 0n)
    const [counted, summed] = figures ?? []
    const isCount = counted?.function === 'count' && counted.count === count
    return isCount && summed?.function === 'sum' && summed.sum === sum && count > 0n
  })
}

function endingFaults(ending: Ending, tiny: TinySpace): string[] {
  if (ending.kind === 'answer') return isExact(ending.answered, tiny) ? [] : ['an inexact answer']
  return ENDS.includes(ending.code) ? [] : [`the question ended by ${ending.code}`]
}

const ENDS = ['SESSION_VOID', 'QUERY_REFUSED', 'BANK_GONE']

function nameOf(ending: Ending | undefined): string {
  if (ending === undefined) return 'hung'
  const voids = ending.voids > 0 ? ` after ${ending.voids} void` : ''
  return ending.kind === 'answer' ? `answer${voids}` : `${ending.code} ${ending.reason}${voids}`
}

async function comeToRest(tiny: TinySpace): Promise<string[]> {
  for (let waited = 0; ; waited += 250) {
    const open = openEnds(await readBooks(tiny))
    if (open.length === 0) return []
    if (waited >= REST_MS) return open.map((what) => `does not come to rest: ${what}`)
    await delay(250)
  }
}

async function late(ms: number): Promise<undefined> {
  await delay(ms, undefined, { ref: false })
}
