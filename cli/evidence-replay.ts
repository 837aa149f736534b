import { digestBytes, digestOf } from '#crypto/digest'
import { createSum } from '#crypto/he/evaluate'
import { TAB } from '#crypto/he/parameters'
import { packResidues } from '#crypto/he/wire'
import type { Replay, ReplayInput } from '#evidence/replay'

/** More parts than this have too many orders to try. */
const MOST_PARTS = 6

/**
 * Adds a grouped aggregate's stored ciphertexts again, as the release authority did: part by part,
 * position by position, without SEAL and without a key. The order of the parts is the plan's, which
 * the folder does not hold, so any order may give the recorded digest.
 */
export const replayAggregate: Replay = (inputs, sum) => {
  const names = [...new Set(inputs.flatMap(({ parts }) => parts.map(({ part }) => part)))]
  if (names.length === 0 || names.length > MOST_PARTS) return false
  const sums = new Map(names.map((part) => [part, sumsOfPart(inputs, part)]))
  return orders(names).some((order) => {
    const digests = order.flatMap((part) => sums.get(part) ?? [])
    return digestOf('baotu/p1/v1/sums', digests) === sum
  })
}

function sumsOfPart(inputs: readonly ReplayInput[], name: string): string[] {
  const rows = inputs.flatMap(({ parts }) => parts.filter(({ part }) => part === name))
  const [first] = rows
  return (first?.ciphertexts ?? []).map((_, position) => {
    const sum = createSum(TAB)
    for (const { ciphertexts } of rows) sum.add(ciphertexts[position] ?? new Uint8Array(0))
    return digestBytes(packResidues(sum.finish()))
  })
}

function orders(names: readonly string[]): string[][] {
  if (names.length <= 1) return [[...names]]
  return names.flatMap((name, at) => orders(names.toSpliced(at, 1)).map((rest) => [name, ...rest]))
}
