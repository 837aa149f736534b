import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openEncryptCells } from '#crypto/he/encrypt-cells'
import { TAB } from '#crypto/he/parameters'
import { openSessionCells } from '#crypto/he/session-cells'
import type { Answer } from '#sdk/answer'
import { median, timed } from '../runner/measure.ts'
import { type HolderRun, runHolder } from './holder.ts'
import { ClearEngine, type ClearGroup } from './holder-rows.ts'
import { readResult, releaseResult } from './release.ts'
import { type BenchmarkSession, createSession } from './session.ts'

export interface Sizes {
  readonly holders: number
  readonly rows: number
  readonly rounds: number
  readonly progress: (line: string) => void
}

/** What one session of all holders took; medians in ms. */
export interface EndToEnd {
  readonly groups: number
  readonly released: number
  readonly holders: readonly HolderRun[]
  /** The same question in the clear, over one holder's rows: the median of all holders. */
  readonly clear: number
  readonly release: number
  readonly consumer: number
}

const CELL = { set: TAB, memoryMb: 256, deadlineMs: 60_000 }

/**
 * One session over real engines, files and cells, holder by holder, so that none slows another
 * down. Throws unless every released figure is what the same question gives in the clear.
 */
export async function runEndToEnd({ holders, rows, rounds, progress }: Sizes): Promise<EndToEnd> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(path.join(tmpdir(), 'baotu-bench-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const engine = stack.use(await ClearEngine.open())
  const cells = stack.use(openEncryptCells(CELL))
  const keyCells = stack.use(openSessionCells(CELL))
  const keyCell = stack.use(await keyCells.open())
  const session = await createSession(holders)
  const runs: HolderRun[] = []
  const asked: Asked[] = []
  for (const index of session.panel.roster.keys()) {
    progress(`holder ${index + 1} of ${holders}, ${rows} rows`)
    const file = path.join(folder, `holder-${index}.parquet`)
    await engine.writeRows(file, index, rows)
    asked.push(await askInTheClear(engine, file, rounds))
    const { publicKey } = keyCell
    runs.push(await runHolder({ session, index, file, cells, publicKey, rounds }))
    await rm(file)
  }
  progress('release authority and consumer')
  const release = await repeated(rounds, () => releaseResult(session, runs, keyCell))
  const consumer = await repeated(rounds, () => readResult(session, release.value))
  const released = checkAnswer(session, consumer.value, asked)
  return {
    groups: session.plan.groups,
    released,
    holders: runs,
    clear: median(asked.map(({ ms }) => ms)),
    release: release.ms,
    consumer: consumer.ms,
  }
}

interface Asked {
  readonly groups: ReadonlyMap<string, ClearGroup>
  readonly ms: number
}

async function askInTheClear(engine: ClearEngine, file: string, rounds: number): Promise<Asked> {
  await engine.hold(file)
  await engine.ask()
  const { value, ms } = await repeated(rounds, () => engine.ask())
  return { groups: value, ms }
}

async function repeated<T>(
  rounds: number,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> {
  const first = await timed(work)
  const times = [first.ms]
  for (let round = 1; round < rounds; round += 1) times.push((await timed(work)).ms)
  return { value: first.value, ms: median(times) }
}

function checkAnswer(
  { plan }: BenchmarkSession,
  { groups }: Answer,
  asked: readonly Asked[],
): number {
  const released = groups.filter(({ figures }) => figures !== undefined)
  for (const { codes, figures } of released) {
    const parts = asked.flatMap((part) => part.groups.get(codes.join('/')) ?? [])
    const [count, mean, share] = figures ?? []
    const isExact =
      count?.function === 'count' &&
      count.count === total(parts, 'units') &&
      mean?.function === 'mean' &&
      mean.sum === total(parts, 'tax') &&
      share?.function === 'share' &&
      share.count === total(parts, 'arrears')
    if (!isExact) throw new Error('a released figure is not what the clear question gives')
  }
  if (groups.length !== plan.groups) throw new Error('the answer has not the planned groups')
  if (2 * released.length < groups.length) throw new Error('most groups were withheld')
  return released.length
}

function total(parts: readonly ClearGroup[], field: keyof ClearGroup): bigint {
  return parts.reduce((sum, part) => sum + part[field], 0n)
}
