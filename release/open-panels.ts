import { gateFails, isPlausible } from '#policies/disclosure/gate'
import type { GateControls } from '#policies/disclosure/gate-controls'
import type { Product } from '#protocol/messages/product'
import { cohortUse } from '#protocol/plans/cohort-use'
import { type GroupEvidence, readEvidence } from '#protocol/plans/evidence-slots'
import { placeOf, valueCanary } from '#protocol/plans/layout'
import type { Panel, Plan } from '#protocol/plans/plan'
import type { ReleasedPanel } from '#protocol/release-result'

/** The decrypted sums of one panel: one array of 4,096 residues for each ciphertext. */
export type OpenedPanel = readonly BigUint64Array[]

/** The gate's outcome: one verdict per group, and each panel with failing groups zero-filled. */
export interface GatedTable {
  readonly verdicts: readonly boolean[]
  readonly panels: readonly ReleasedPanel[]
}

/**
 * Judges every group on its pooled evidence in every panel and keeps the values of those that pass
 * everywhere. Returns `undefined` where a canary or a range shows that the sums are not those of
 * the whole roster: the session is then void, whoever caused it.
 */
export function gateTable(
  plan: Plan,
  product: Product,
  opened: readonly OpenedPanel[],
  controls: GateControls,
): GatedTable | undefined {
  const evidence = plan.panels.map((panel, index) => evidenceOf(panel, opened[index] ?? []))
  const sound = plan.panels.every((panel, index) => {
    const maxUnits = BigInt(product.parts.find(({ name }) => name === panel.part)?.maxUnits ?? '0')
    return isSound(panel, opened[index] ?? [], evidence[index] ?? [], maxUnits)
  })
  if (!sound) return undefined
  const verdicts = Array.from({ length: plan.groups }, (_, group) =>
    plan.panels.every((panel, index) => {
      const found = evidence[index]?.[group]
      return found !== undefined && passes(plan, panel, found, controls)
    }),
  )
  const panels = plan.panels.map((panel, index) =>
    keepPassing(panel, opened[index] ?? [], evidence[index] ?? [], verdicts),
  )
  return { verdicts, panels }
}

function evidenceOf(panel: Panel, opened: OpenedPanel): GroupEvidence[] {
  return Array.from({ length: panel.layout.groups }, (_, group) => {
    const { ciphertext, evidence } = placeOf(panel.layout, group)
    const slots = opened[ciphertext]?.subarray(evidence, evidence + panel.layout.evidenceSlots)
    return readEvidence([...(slots ?? [])], panel.question, panel.disjointUnits)
  })
}

function isSound(
  { roster, layout }: Panel,
  opened: OpenedPanel,
  evidence: readonly GroupEvidence[],
  maxUnits: bigint,
): boolean {
  const canary = BigInt((roster.length * (roster.length + 1)) / 2)
  return (
    opened.length === layout.ciphertexts &&
    opened.every((coefficients) => coefficients[0] === canary) &&
    evidence.every((group) => isPlausible(group, roster.length, maxUnits))
  )
}

function passes(plan: Plan, panel: Panel, evidence: GroupEvidence, controls: GateControls) {
  const pooled = panel.release === 'pooled'
  const gated = { holders: panel.roster.length, pooled, use: cohortUse(plan, panel) }
  return gateFails(evidence, gated, controls) === undefined
}

function keepPassing(
  { layout, question }: Panel,
  opened: OpenedPanel,
  evidence: readonly GroupEvidence[],
  verdicts: readonly boolean[],
): ReleasedPanel {
  const canaries = opened.map((coefficients) => coefficients[valueCanary(layout)] ?? 0n)
  const counts = evidence.map(({ units, flags }, group) =>
    verdicts[group] ? [units, ...flags] : new Array<bigint>(1 + question.flags.length).fill(0n),
  )
  const values = verdicts.map((passing, group) => {
    const { ciphertext, values: from } = placeOf(layout, group)
    const kept = opened[ciphertext]?.subarray(from, from + layout.valueSlots) ?? []
    return passing ? [...kept] : new Array<bigint>(layout.valueSlots).fill(0n)
  })
  return { canaries, counts, values }
}
