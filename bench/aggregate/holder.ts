import { blindPanel } from '#connectors/execution/blind'
import { panelVector } from '#connectors/execution/vector'
import { openSource } from '#connectors/sources/open-source'
import type { Source } from '#connectors/sources/source'
import { digestBytes } from '#crypto/digest'
import type { EncryptCells } from '#crypto/he/encrypt-cells'
import { addPairwiseMasks, derivePairKey, type PairKey } from '#crypto/masks'
import { addPads, derivePadKey } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import type { Secret } from '#crypto/secret'
import type { GroupPart } from '#protocol/plans/aggregate-question'
import { COEFFICIENTS, valueCanary } from '#protocol/plans/layout'
import { median, timed } from '../runner/measure.ts'
import { mappingOf } from './holder-rows.ts'
import type { BenchmarkSession } from './session.ts'

/** One holder's steps, each the median of its rounds in ms. */
export interface HolderTimes {
  /** The aggregation in the holder's engine, as the connector asks it. */
  readonly sql: number
  readonly vector: number
  /** X25519 with every peer and key derivation. */
  readonly keys: number
  readonly pads: number
  readonly masks: number
  /** A fresh cell, its key, all ciphertexts, their digests. */
  readonly encryption: number
}

export interface HolderRun {
  readonly times: HolderTimes
  /** Every step but the SQL in the first round: the code as it is before it was ever called. */
  readonly firstRound: number
  readonly ciphertexts: readonly Uint8Array[]
  readonly digests: readonly string[]
}

interface Task {
  readonly session: BenchmarkSession
  readonly index: number
  readonly file: string
  readonly cells: EncryptCells
  readonly publicKey: Uint8Array
  readonly rounds: number
}

/** Long enough ago for a file's times to be trusted (connectors/sources/file-versions). */
const SETTLED = { now: () => Date.now() + 10_000 }
const DEADLINE = { deadlineMs: 60_000 }
/** Time for the pool's spare cell to start: a connector has it between two sessions. */
const SPARE_MS = 350

/** Runs one holder's part of a session: its file, its engine, its vector, its cell. */
export async function runHolder(task: Task): Promise<HolderRun> {
  const { parts, sql } = await aggregate(task)
  const rounds: Awaited<ReturnType<typeof encryptedPart>>[] = []
  for (let round = 0; round < task.rounds; round += 1) rounds.push(await encryptedPart(task, parts))
  const [first] = rounds
  if (first === undefined) throw new Error('no rounds')
  const middle = (step: keyof StepTimes) => median(rounds.map(({ times }) => times[step]))
  return {
    times: {
      sql,
      vector: middle('vector'),
      keys: middle('keys'),
      pads: middle('pads'),
      masks: middle('masks'),
      encryption: middle('encryption'),
    },
    firstRound: Object.values(first.times).reduce((sum, ms) => sum + ms, 0),
    ciphertexts: first.ciphertexts,
    digests: first.digests,
  }
}

async function aggregate({ session, file, rounds }: Task) {
  const { product, panel } = session
  const mapping = mappingOf(file)
  const options = { mapping, product, mappingPath: file, clock: SETTLED }
  await using source: Source = await openSource(options)
  await source.check()
  let parts = await source.run(panel.question, DEADLINE)
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { value, ms } = await timed(() => source.run(panel.question, DEADLINE))
    times.push(ms)
    parts = value
  }
  return { parts, sql: median(times) }
}

type StepTimes = Omit<HolderTimes, 'sql'>

async function encryptedPart(task: Task, parts: readonly GroupPart[]) {
  const { session, index } = task
  const { plan, panel, controls } = session
  const vector = await timed(() => panelVector(plan, panel, parts, controls, systemRandom))
  const keys = await timed(() => keysOf(session, index))
  const { coefficients } = vector.value
  const { pads, masks } = await splitTimes(session, coefficients, keys.value)
  blindPanel(panel, coefficients, keys.value)
  await new Promise((resolve) => setTimeout(resolve, SPARE_MS))
  const encryption = await timed(() => encrypt(task, coefficients))
  const times: StepTimes = {
    vector: vector.ms,
    keys: keys.ms,
    pads,
    masks,
    encryption: encryption.ms,
  }
  return { times, ...encryption.value }
}

interface Keys {
  readonly index: number
  readonly pad: Secret
  readonly pairs: readonly PairKey[]
}

function keysOf({ transcript, panel, maskKeys, padSeeds }: BenchmarkSession, index: number): Keys {
  const binding = { transcript, panelId: panel.part }
  const [own, seed] = [maskKeys[index], padSeeds[index]]
  if (own === undefined || seed === undefined) throw new Error('no such holder')
  const pairs = maskKeys.flatMap(({ publicKey }, peer) =>
    peer === index ? [] : [{ index: peer, key: derivePairKey(own, publicKey, binding) }],
  )
  return { index, pad: derivePadKey(seed, binding), pairs }
}

// What `blindPanel` does, taken apart on a copy.
async function splitTimes(
  { panel }: BenchmarkSession,
  coefficients: readonly BigUint64Array[],
  { index, pad, pairs }: Keys,
): Promise<{ readonly pads: number; readonly masks: number }> {
  const copies = coefficients.map((values) => values.slice())
  const range = { from: valueCanary(panel.layout), to: COEFFICIENTS }
  const pads = await timed(() => {
    for (const [chunk, values] of copies.entries()) addPads(values, { chunk, ...range }, pad)
  })
  const masks = await timed(() => {
    for (const [chunk, values] of copies.entries()) {
      addPairwiseMasks(values, { chunk, ownIndex: index, pairKeys: pairs })
    }
  })
  return { pads: pads.ms, masks: masks.ms }
}

async function encrypt({ cells, publicKey }: Task, coefficients: readonly BigUint64Array[]) {
  await using cell = await cells.open(publicKey)
  const ciphertexts = await cell.encrypt(coefficients)
  return { ciphertexts, digests: ciphertexts.map((bytes) => digestBytes(bytes)) }
}
