import { FLOOR_CONTROLS } from '../controls.ts'
import type { GateControls } from './gate-controls.ts'
import {
  type CohortUse,
  type FailedRule,
  momentsFail,
  numeratorFails,
  sizeFails,
} from './local-checks.ts'

/** Pooled evidence of one group in one panel, as the release authority reads it. */
export interface PooledEvidence {
  readonly units: bigint
  readonly holders: bigint
  readonly passes: bigint
  readonly cohorts: bigint | undefined
  readonly flags: readonly bigint[]
  readonly spreads: readonly bigint[]
}

/** The panel that the evidence is of. */
export interface GatedPanel {
  readonly holders: number
  readonly pooled: boolean
  readonly use: CohortUse
}

/** Which rule the pooled evidence of a group fails, if any. Evaluated in this order. */
export function gateFails(
  evidence: PooledEvidence,
  panel: GatedPanel,
  controls: GateControls,
): FailedRule | undefined {
  const { units, flags, spreads, cohorts } = evidence
  if (sizeFails(units, controls)) return 'OC1'
  if (panel.pooled && evidence.holders < leastHolders(controls)) return 'OC7'
  // Units that may appear at several holders are counted once per holder: see `standsAlone`.
  if (cohorts !== undefined && cohorts < 1n) return 'OC1'
  if (evidence.passes !== BigInt(panel.holders)) return 'OC2'
  if (flags.some((flag) => numeratorFails(flag, units, controls))) return 'NUMERATOR'
  if (controls.spread > 0 && spreads.some((spread) => spread < 1n)) return 'OC5'
  return momentsFail(units, panel.use, controls) ? 'OC6' : undefined
}

/** Whether pooled counts are possible at all; impossible ones are noise or forgery (A33). */
export function isPlausible(evidence: PooledEvidence, holders: number, maxUnits: bigint): boolean {
  const most = BigInt(holders)
  const { units, flags, spreads, cohorts = 0n } = evidence
  return (
    units <= most * maxUnits &&
    evidence.holders <= most &&
    evidence.holders <= units &&
    evidence.passes <= most &&
    cohorts <= evidence.holders &&
    flags.every((flag) => flag <= units) &&
    spreads.every((spread) => spread <= evidence.holders)
  )
}

function leastHolders({ minHolders }: GateControls): bigint {
  return BigInt(Math.max(minHolders, FLOOR_CONTROLS.minHolders))
}
