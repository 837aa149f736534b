import type { FindingCode } from './finding.ts'

export interface Misplaced {
  readonly code: Extract<FindingCode, `ENTRY_${string}`>
  /** Position in the expected list; for an added entry, where it stands. */
  readonly at: number
}

/**
 * Compares the entries found with those that the tree names, by hash: which were altered, which are
 * missing, which were added, which stand at another's place. Both lists are hex hashes of one bundle.
 */
export function alignEntries(expected: readonly string[], found: readonly string[]): Misplaced[] {
  const places = match(expected, found)
  const taken = new Set(places)
  const missing = new Set(expected.flatMap((_, at) => (taken.has(at) ? [] : [at])))
  const result: Misplaced[] = []
  for (const [at, place] of places.entries()) {
    if (place !== undefined) continue
    result.push({ code: missing.delete(at) ? 'ENTRY_ALTERED' : 'ENTRY_ADDED', at })
  }
  for (const at of missing) result.push({ code: 'ENTRY_MISSING', at })
  for (const at of outOfOrder(places)) result.push({ code: 'ENTRY_MOVED', at })
  return result.sort((a, b) => a.at - b.at)
}

// For each found entry the expected place it takes, its own if it can.
function match(expected: readonly string[], found: readonly string[]): (number | undefined)[] {
  const free = new Map<string, number[]>()
  for (const [at, hash] of expected.entries()) {
    if (hash === found[at]) continue
    free.set(hash, [...(free.get(hash) ?? []), at])
  }
  return found.map((hash, at) => (expected[at] === hash ? at : free.get(hash)?.shift()))
}

// Dropping an entry shifts the rest but keeps their order; only entries that overtook others moved.
function outOfOrder(places: readonly (number | undefined)[]): number[] {
  const known = places.filter((place) => place !== undefined)
  const sorted = known.toSorted((a, b) => a - b)
  return known.filter((place, rank) => sorted[rank] !== place)
}
