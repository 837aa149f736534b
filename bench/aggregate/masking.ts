import { addPairwiseMasks } from '#crypto/masks'
import { CHUNK_SLOTS } from '#crypto/prg'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import type { BenchmarkResult } from '../result.ts'
import { measure } from '../runner/measure.ts'

/** One holder's masks in a large roster: every peer's stream, expanded and added. */
export async function maskingResult(
  holders: number,
  chunks: number,
  rounds: number,
): Promise<BenchmarkResult> {
  const pairKeys = Array.from({ length: holders - 1 }, (_, index) => ({
    index: index + 1,
    key: Secret.random(32, systemRandom),
  }))
  const vectors = Array.from({ length: chunks }, () => new BigUint64Array(CHUNK_SLOTS))
  const { median, cpu } = await measure(rounds, () => {
    for (const [chunk, values] of vectors.entries()) {
      addPairwiseMasks(values, { chunk, ownIndex: 0, pairKeys })
    }
  })
  const slots = (chunks * CHUNK_SLOTS).toLocaleString('en-US')
  return {
    name: `masks of one of ${holders} holders, ${slots} slots`,
    unit: 'ms',
    value: median,
    target: { value: 50, direction: 'at-most' },
    note: `pair keys at hand; median of ${rounds}; processor time ${cpu.toFixed(1)} ms`,
  }
}
