import type { Random } from '#crypto/random'
import type { GateControls } from '#policies/disclosure/gate-controls'
import type { CohortUse, FailedRule, LocalCohort } from '#policies/disclosure/local-checks'
import { pooledPartFails, standsAlone, wholeCohortFails } from '#policies/disclosure/local-checks'
import { splitLimbs } from '#protocol/limbs'
import type { GroupPart } from '#protocol/plans/aggregate-question'
import { cohortUse } from '#protocol/plans/cohort-use'
import { writeEvidence } from '#protocol/plans/evidence-slots'
import { COEFFICIENTS, placeOf, valueCanary } from '#protocol/plans/layout'
import type { Panel, Plan } from '#protocol/plans/plan'

const RESIDUE_MASK = (1n << 50n) - 1n

/** One panel's coefficients at one holder, before pads and masks: its own data in the clear. */
export interface PanelVector {
  /** One array of 4,096 residues modulo 2^50 for each ciphertext of the layout. */
  readonly coefficients: readonly BigUint64Array[]
  /** What each vetoed group failed; for the holder's own ledger only. */
  readonly vetoed: ReadonlyMap<number, FailedRule>
}

/**
 * Lays a holder's groups out as [canary | evidence | canary | values]. A group whose part fails at
 * this holder is vetoed: its evidence says so and its values are fresh uniform residues, so that
 * no gate elsewhere, honest or forged, can open them (protocols.md, rule 3).
 */
export function panelVector(
  plan: Plan,
  panel: Panel,
  parts: readonly GroupPart[],
  controls: GateControls,
  random: Random,
): PanelVector {
  const { layout } = panel
  const coefficients = Array.from({ length: layout.ciphertexts }, () => {
    return new BigUint64Array(COEFFICIENTS)
  })
  const use = cohortUse(plan, panel)
  const byGroup = new Map(parts.map((part) => [part.group, part]))
  const vetoed = new Map<number, FailedRule>()
  for (let group = 0; group < layout.groups; group += 1) {
    const part = byGroup.get(group) ?? emptyPart(panel, group)
    const failed = failedRule(panel, part, use, controls)
    if (failed !== undefined) vetoed.set(group, failed)
    const place = placeOf(layout, group)
    const target = coefficients[place.ciphertext]
    target?.set(evidenceOf(panel, part, failed === undefined, controls), place.evidence)
    const values = failed === undefined ? valuesOf(panel, part) : veto(layout.valueSlots, random)
    target?.set(values, place.values)
  }
  return { coefficients, vetoed }
}

/** Sets the canary (roster index + 1) of both regions; a missing or doubled holder breaks it. */
export function setCanaries(panel: Panel, index: number, coefficients: BigUint64Array): void {
  coefficients[0] = BigInt(index + 1)
  coefficients[valueCanary(panel.layout)] = BigInt(index + 1)
}

function failedRule(panel: Panel, part: GroupPart, use: CohortUse, controls: GateControls) {
  const cohort: LocalCohort = part
  if (panel.release === 'pooled') return pooledPartFails(cohort, use, controls)
  if (panel.release === 'pair' && part.units === 0n) return undefined
  return wholeCohortFails(cohort, use, controls)
}

function evidenceOf(panel: Panel, part: GroupPart, passes: boolean, controls: GateControls) {
  const evidence = writeEvidence({
    units: part.units,
    holders: part.units > 0n ? 1n : 0n,
    passes: passes ? 1n : 0n,
    cohorts: panel.disjointUnits ? undefined : bit(standsAlone(part, controls)),
    flags: part.flags,
    spreads: part.amounts.map(({ minimum, maximum }) => bit(minimum !== maximum)),
  })
  return BigUint64Array.from(evidence)
}

function valuesOf({ limbs }: Panel, { amounts }: GroupPart): BigUint64Array {
  const words = amounts.flatMap(({ sum, sumOfSquares }, index) => [
    ...splitLimbs(sum, limbs[index]?.sum ?? 0),
    ...(limbs[index]?.squares ? splitLimbs(sumOfSquares, limbs[index].squares) : []),
  ])
  return BigUint64Array.from(words)
}

function veto(slots: number, random: Random): BigUint64Array {
  const bytes = random(8 * slots)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return BigUint64Array.from({ length: slots }, (_, index) => {
    return view.getBigUint64(8 * index, true) & RESIDUE_MASK
  })
}

function emptyPart({ question }: Panel, group: number): GroupPart {
  const none = { total: 0n, first: 0n, second: 0n }
  const amount = {
    sum: 0n,
    sumOfSquares: 0n,
    minimum: 0n,
    maximum: 0n,
    positive: none,
    negative: none,
  }
  return {
    group,
    units: 0n,
    amounts: question.amounts.map(() => amount),
    flags: question.flags.map(() => 0n),
  }
}

function bit(holds: boolean): bigint {
  return holds ? 1n : 0n
}
