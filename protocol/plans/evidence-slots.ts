import type { AggregateQuestion } from './aggregate-question.ts'

/**
 * The evidence of one group, in the order of its coefficients: n; contributing holders; Σ pass
 * bits; where units are not declared disjoint Σ[n_h ≥ k, and so every numerator]; n of each flag;
 * Σ spread bits of each amount. Counts and bits only: the release authority may read them.
 */
export interface GroupEvidence {
  readonly units: bigint
  readonly holders: bigint
  readonly passes: bigint
  /** Absent for disjoint units. */
  readonly cohorts: bigint | undefined
  readonly flags: readonly bigint[]
  readonly spreads: readonly bigint[]
}

/** How many coefficients the evidence of one group takes. */
export function evidenceSlots(question: AggregateQuestion, disjointUnits: boolean): number {
  return 3 + (disjointUnits ? 0 : 1) + question.flags.length + question.amounts.length
}

/** The coefficients of one group's evidence. */
export function writeEvidence(evidence: GroupEvidence): bigint[] {
  const { units, holders, passes, cohorts, flags, spreads } = evidence
  return [units, holders, passes, ...(cohorts === undefined ? [] : [cohorts]), ...flags, ...spreads]
}

/** Reads what `writeEvidence` wrote, or its sum over holders. */
export function readEvidence(
  slots: readonly bigint[],
  question: AggregateQuestion,
  disjointUnits: boolean,
): GroupEvidence {
  const flagsFrom = disjointUnits ? 3 : 4
  const spreadsFrom = flagsFrom + question.flags.length
  return {
    units: slots[0] ?? 0n,
    holders: slots[1] ?? 0n,
    passes: slots[2] ?? 0n,
    cohorts: disjointUnits ? undefined : (slots[3] ?? 0n),
    flags: slots.slice(flagsFrom, spreadsFrom),
    spreads: slots.slice(spreadsFrom, spreadsFrom + question.amounts.length),
  }
}
