import { ProtocolError } from '#protocol/errors'
import { joinLimbs } from '#protocol/limbs'
import type { Panel, Plan, PlannedMeasure } from '#protocol/plans/plan'
import type { ReleasedTable } from '#protocol/release-result'

/** An exact quotient; printed with `decimal`, never held as a floating-point number. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** The figures of one measure in one group: what was released and what follows from it. */
export type Figure =
  | { readonly function: 'count'; readonly count: bigint }
  | { readonly function: 'sum'; readonly sum: bigint }
  | { readonly function: 'mean'; readonly sum: bigint; readonly mean: Fraction }
  | {
      readonly function: 'var'
      readonly sum: bigint
      readonly sumOfSquares: bigint
      readonly mean: Fraction
      readonly variance: Fraction
    }
  | { readonly function: 'share'; readonly count: bigint; readonly share: Fraction }
  | { readonly function: 'quotient'; readonly quotient: Fraction | undefined }

/** One group of the answer: its codes in the order of the grouping; no figures when withheld. */
export interface AnswerGroup {
  readonly codes: readonly string[]
  readonly figures: readonly Figure[] | undefined
}

/** The bank's table. */
export interface Answer {
  readonly dimensions: readonly string[]
  readonly measures: readonly PlannedMeasure[]
  readonly groups: readonly AnswerGroup[]
}

interface OpenGroup {
  readonly units: bigint
  readonly flags: readonly bigint[]
  readonly sums: readonly { readonly sum: bigint; readonly squares: bigint }[]
}

/**
 * Turns a released table into an answer: resolves limbs and derives means, variances and ratios
 * from what was released. `values` are those of the table without pads: panel, group, coefficient.
 */
export function answerOf(
  plan: Plan,
  table: ReleasedTable,
  values: readonly (readonly (readonly bigint[])[])[],
): Answer {
  const groups = table.verdicts.map((passes, group) => {
    if (!passes) return { codes: codesOf(plan, group), figures: undefined }
    const opened = plan.panels.map((panel, index) => {
      const counts = table.panels[index]?.counts[group] ?? []
      return openGroup(panel, counts, values[index]?.[group] ?? [])
    })
    const figures = plan.measures.map((measure) => figureOf(plan, measure, opened))
    return { codes: codesOf(plan, group), figures }
  })
  return { dimensions: plan.groupBy.map((d) => d.dimension), measures: plan.measures, groups }
}

/** The codes of a group of the fixed layout; the last dimension runs fastest. */
export function codesOf({ groupBy }: Plan, group: number): string[] {
  let rest = group
  return groupBy
    .toReversed()
    .map(({ codes }) => {
      const code = codes[rest % codes.length] ?? ''
      rest = Math.floor(rest / codes.length)
      return code
    })
    .reverse()
}

/** A fraction as decimal text with `digits` places, rounded half away from zero. */
export function decimal({ numerator, denominator }: Fraction, digits: number): string {
  const negative = numerator < 0n !== denominator < 0n && numerator !== 0n
  const above = numerator < 0n ? -numerator : numerator
  const below = denominator < 0n ? -denominator : denominator
  const scaled = (2n * above * 10n ** BigInt(digits) + below) / (2n * below)
  const text = scaled.toString().padStart(digits + 1, '0')
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
  return negative && scaled !== 0n ? `-${whole}` : whole
}

function openGroup(panel: Panel, counts: readonly bigint[], words: readonly bigint[]): OpenGroup {
  const [units = 0n, ...flags] = counts
  let at = 0
  const take = (limbs: number) => {
    at += limbs
    return limbs === 0 ? 0n : joinLimbs(words.slice(at - limbs, at))
  }
  const sums = panel.limbs.map(({ sum, squares }) => ({ sum: take(sum), squares: take(squares) }))
  return { units, flags, sums }
}

function figureOf(plan: Plan, measure: PlannedMeasure, opened: readonly OpenGroup[]): Figure {
  const { panel, group } = panelOf(plan, measure.part, opened)
  if (measure.function === 'count') return { function: 'count', count: group.units }
  if (measure.function === 'share') {
    const count = group.flags[panel.question.flags.indexOf(measure.column)] ?? 0n
    return { function: 'share', count, share: { numerator: count, denominator: group.units } }
  }
  const { sum, squares } = sumsOf(panel, group, measure.column)
  const mean = { numerator: sum, denominator: group.units }
  switch (measure.function) {
    case 'sum':
      return { function: 'sum', sum }
    case 'mean':
      return { function: 'mean', sum, mean }
    case 'var':
      return {
        function: 'var',
        sum,
        sumOfSquares: squares,
        mean,
        variance: variance(group.units, sum, squares),
      }
    case 'quotient': {
      const other = panelOf(plan, measure.overPart, opened)
      const below = sumsOf(other.panel, other.group, measure.over).sum
      const quotient = below === 0n ? undefined : { numerator: sum, denominator: below }
      return { function: 'quotient', quotient }
    }
  }
}

// The unbiased sample variance (nΣx² − (Σx)²) / (n(n−1)), exact.
function variance(units: bigint, sum: bigint, squares: bigint): Fraction {
  return { numerator: units * squares - sum * sum, denominator: units * (units - 1n) }
}

function panelOf(plan: Plan, part: string, opened: readonly OpenGroup[]) {
  const index = plan.panels.findIndex((panel) => panel.part === part)
  const panel = plan.panels[index]
  const group = opened[index]
  if (panel === undefined || group === undefined) {
    throw new ProtocolError('RESULT_REFUSED', 'a measure of a part that the plan does not ask')
  }
  return { panel, group }
}

function sumsOf({ question }: Panel, group: OpenGroup, column: string) {
  const found = group.sums[question.amounts.findIndex((amount) => amount.column === column)]
  return found ?? { sum: 0n, squares: 0n }
}
