import { FLOOR_CONTROLS } from '../controls.ts'
import { type AmountSummary, amountPasses } from './dominance.ts'
import type { GateControls } from './gate-controls.ts'

/** One amount of one group at one holder. */
export interface LocalAmount extends AmountSummary {
  readonly minimum: bigint
  readonly maximum: bigint
}

/** The real cohort of one group at one holder; nobody else ever sees it. */
export interface LocalCohort {
  readonly units: bigint
  readonly amounts: readonly LocalAmount[]
  readonly flags: readonly bigint[]
}

/** How the measures of a question use the amounts and flags of a cohort. */
export interface CohortUse {
  /** Whether Σx² of each amount is released. */
  readonly squares: readonly boolean[]
  /** Fitted parameters of each amount: 1 for a mean, 2 for a variance, 0 for a bare sum. */
  readonly parameters: readonly number[]
}

/** The rule that a cohort fails, for the holder's own ledger. Never sent anywhere. */
export type FailedRule = 'OC1' | 'OC2' | 'OC5' | 'OC6' | 'OC7' | 'NUMERATOR'

/**
 * The pass bit of one holder's part of a pooled group: every amount passes the dominance rules on
 * its own, squares included. If all parts pass, the pooled group passes (OC11). An empty part
 * passes. Size and spread are judged on the pool.
 */
export function pooledPartFails(
  cohort: LocalCohort,
  use: CohortUse,
  controls: GateControls,
): FailedRule | undefined {
  if (cohort.units === 0n) return undefined
  const passes = cohort.amounts.every((amount, index) =>
    amountPasses(amount, use.squares[index] ?? false, controls),
  )
  return passes ? undefined : 'OC2'
}

/**
 * Every control on the real values of one holder: what a column with one or two holders must pass
 * before anything leaves (protocols.md 3.2). With two holders an empty part says nothing alone.
 */
export function wholeCohortFails(
  cohort: LocalCohort,
  use: CohortUse,
  controls: GateControls,
): FailedRule | undefined {
  const { units, flags, amounts } = cohort
  if (sizeFails(units, controls)) return 'OC1'
  if (flags.some((flag) => numeratorFails(flag, units, controls))) return 'NUMERATOR'
  if (momentsFail(units, use, controls)) return 'OC6'
  if (controls.spread > 0 && amounts.some(({ minimum, maximum }) => minimum === maximum)) {
    return 'OC5'
  }
  return pooledPartFails(cohort, use, controls)
}

/**
 * Whether one holder's part has k units, and k on both sides of every numerator, by itself. Where a
 * unit may stand at several holders the pool counts it once for each, so k units or k of a numerator
 * could be one enterprise k times (A3, A25): one holder alone must see enough of all of them.
 */
export function standsAlone({ units, flags }: LocalCohort, controls: GateControls): boolean {
  if (sizeFails(units, controls)) return false
  return !flags.some((flag) => numeratorFails(flag, units, controls))
}

/** OC1: fewer than k distinct units. */
export function sizeFails(units: bigint, { minCohort }: GateControls): boolean {
  return units < BigInt(Math.max(minCohort, FLOOR_CONTROLS.minCohort))
}

/**
 * A ratio's numerator is a cohort of its own, and so is what it leaves of the denominator (OC1 on
 * both sides of a ratio and on the complement): each at least k, which excludes 0 and n.
 */
export function numeratorFails(flag: bigint, units: bigint, controls: GateControls): boolean {
  return sizeFails(flag, controls) || sizeFails(units - flag, controls)
}

/** OC6: n − parameters ≥ degrees of freedom; a variance needs n ≥ 2k besides. */
export function momentsFail(units: bigint, { parameters }: CohortUse, controls: GateControls) {
  const { degreesOfFreedom, minCohort } = controls
  if (degreesOfFreedom === 0) return false
  return parameters.some(
    (count) =>
      count > 0 &&
      (units - BigInt(count) < BigInt(degreesOfFreedom) ||
        (count > 1 && units < 2n * BigInt(minCohort))),
  )
}
