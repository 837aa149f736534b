import { ProtocolError } from '../errors.ts'
import { limbsFor, PLAINTEXT_BITS } from '../limbs.ts'
import type { Part, Product } from '../messages/product.ts'
import type { Query } from '../messages/query.ts'
import { MAX_INPUTS } from '../messages/session.ts'
import type { AggregateQuestion } from './aggregate-question.ts'
import { checkConditions } from './conditions.ts'
import { evidenceSlots } from './evidence-slots.ts'
import { layOut } from './layout.ts'
import { dimensionsOf, planMeasures } from './measures.ts'
import type { Panel, Plan, PlannedMeasure, ReleaseKind } from './plan.ts'

/** More groups than this are refused whatever a policy says; policies set lower limits. */
export const MAX_GROUPS = 65_536

/**
 * The plan of a grouped aggregate (P1): a pure function of query and product. Throws
 * `ProtocolError` for whatever is unknown, not askable, too large, or could overflow: the capacity
 * proof is part of planning (limbs.ts).
 */
export function planGroupedAggregate(query: Query, product: Product): Plan {
  if (query.product !== product.product) {
    throw new ProtocolError('PRODUCT_UNKNOWN', 'the query names another product', '/product')
  }
  const measures = planMeasures(query, product)
  const groupBy = dimensionsOf(query, product)
  const groups = groupBy.reduce((count, { codes }) => count * codes.length, 1)
  if (groups > MAX_GROUPS) {
    throw new ProtocolError(
      'QUERY_TOO_LARGE',
      `${groups} groups, at most ${MAX_GROUPS}`,
      '/groupBy',
    )
  }
  const where = checkConditions(query.where, product)
  const panels = partsOf(measures, product).map((part) => {
    const question = { part: part.name, groupBy, where, ...columnsOf(part, measures, product) }
    return planPanel(part, question, groups, product.disjointUnits)
  })
  checkInputs(panels)
  return { kind: 'grouped-aggregate', parameterSet: 'TAB', groupBy, groups, measures, panels }
}

// A release names every ciphertext: what it could not name is refused before anybody computes.
function checkInputs(panels: readonly Panel[]): void {
  const inputs = panels.reduce((sum, { roster, layout }) => {
    return sum + roster.length * layout.ciphertexts
  }, 0)
  if (inputs <= MAX_INPUTS) return
  throw new ProtocolError('QUERY_TOO_LARGE', `${inputs} ciphertexts, at most ${MAX_INPUTS}`)
}

function partsOf(measures: readonly PlannedMeasure[], product: Product): Part[] {
  const used = new Set(measures.flatMap((m) => ('overPart' in m ? [m.part, m.overPart] : [m.part])))
  return product.parts.filter(({ name }) => used.has(name))
}

function columnsOf(
  part: Part,
  measures: readonly PlannedMeasure[],
  product: Product,
): Pick<AggregateQuestion, 'amounts' | 'flags'> {
  const named = measures.flatMap((measure) => {
    if (measure.function === 'count') return []
    return 'over' in measure ? [measure.column, measure.over] : [measure.column]
  })
  const squared = new Set(measures.map((m) => (m.function === 'var' ? m.column : undefined)))
  const columns = product.columns.filter(
    ({ name, part: p }) => p === part.name && named.includes(name),
  )
  const amounts = columns.flatMap(({ name, kind, range }) => {
    if (kind !== 'amount') return []
    const [lower, upper] = rangeOf(name, range)
    return [{ column: name, lower, upper, squares: squared.has(name) }]
  })
  const flags = columns.filter(({ kind }) => kind === 'flag').map(({ name }) => name)
  return { amounts, flags }
}

function rangeOf(column: string, range: readonly [string, string] | undefined): [bigint, bigint] {
  if (range === undefined) {
    throw new ProtocolError('RANGE_MISSING', `column \`${column}\` declares no range`)
  }
  const [lower, upper] = [BigInt(range[0]), BigInt(range[1])]
  if (lower > upper) throw new ProtocolError('RANGE_MISSING', `column \`${column}\`: empty range`)
  return [lower, upper]
}

function planPanel(
  part: Part,
  question: AggregateQuestion,
  groups: number,
  disjointUnits: boolean,
): Panel {
  const holders = part.roster.length
  if (holders > 1 && !disjointUnits) checkSigns(question)
  const units = BigInt(part.maxUnits)
  if (units < 1n || units * BigInt(holders) >= 1n << PLAINTEXT_BITS) {
    throw new ProtocolError('CAPACITY_EXCEEDED', `part \`${part.name}\`: counts could overflow`)
  }
  const limbs = question.amounts.map(({ lower, upper, squares }) => {
    // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
    const magnitude = -lower > upper ? -lower : upper
    const sum = limbsFor(units * magnitude, holders)
    return { sum, squares: squares ? limbsFor(units * magnitude * magnitude, holders) : 0 }
  })
  const values = limbs.reduce((slots, { sum, squares }) => slots + sum + squares, 0)
  const layout = layOut(groups, evidenceSlots(question, disjointUnits), values)
  const release = releaseKind(holders)
  return { part: part.name, roster: part.roster, release, question, limbs, disjointUnits, layout }
}

// The parts of a unit at two holders can cancel: each part passes p % and the sum is one unit's
// (OC11: with mixed signs disjointness stays necessary).
function checkSigns({ amounts }: AggregateQuestion): void {
  const mixed = amounts.find(({ lower, upper }) => lower < 0n && upper > 0n)
  if (mixed === undefined) return
  const rule = `\`${mixed.column}\` has both signs, and units may stand at several holders`
  throw new ProtocolError('MEASURE_NOT_ASKABLE', rule)
}

function releaseKind(holders: number): ReleaseKind {
  if (holders === 1) return 'single'
  return holders === 2 ? 'pair' : 'pooled'
}
