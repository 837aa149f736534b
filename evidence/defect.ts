import type { ChainLink } from './chain-rules.ts'
import type { Recorded } from './entry-index.ts'
import type { FindingCode } from './finding.ts'

/** A flaw in a chain, before the reader's rules decide whether it counts. */
export interface Defect {
  readonly code: Extract<FindingCode, `LINK_${string}`>
  /** The record that it concerns; for a missing one, the record that needs it. */
  readonly at: Recorded
  readonly detail: string
  /** Set when only rules that demand this link make it a flaw. */
  readonly link?: ChainLink
}

export function missing(at: Recorded, detail: string, link?: ChainLink): Defect {
  return { code: 'LINK_MISSING', at, detail, ...(link && { link }) }
}

export function notInForce(at: Recorded, detail: string): Defect {
  return { code: 'LINK_NOT_IN_FORCE', at, detail }
}

export function disagrees(at: Recorded, detail: string): Defect {
  return { code: 'LINK_DISAGREES', at, detail }
}

/**
 * Within one log the sequence numbers decide. Across logs there are only the times that each party
 * stated, and a tie counts as in order.
 */
export function isBefore(a: Recorded, b: Recorded): boolean {
  return a.log === b.log ? a.index < b.index : a.entry.at <= b.entry.at
}

/** `earlier` allows `later`, so it must stand before it. */
export function* mustPrecede(earlier: Recorded, later: Recorded): Generator<Defect> {
  if (isBefore(earlier, later)) return
  yield notInForce(earlier, `does not precede record ${later.index}, which rests on it`)
}

/** The newest of `events` that stands before `moment`. */
export function latestBefore<R extends Recorded>(
  events: readonly R[],
  moment: Recorded,
): R | undefined {
  const before = events.filter((event) => isBefore(event, moment))
  return before.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)).at(-1)
}
