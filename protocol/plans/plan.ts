import { type Digest, type Preimage, preimageOf } from '#crypto/digest'
import type { AggregateQuestion } from './aggregate-question.ts'
import type { Layout } from './layout.ts'

/** What a measure of the request became: which released parts it is derived from. */
export type PlannedMeasure =
  | { readonly function: 'count'; readonly part: string }
  | { readonly function: 'sum' | 'mean' | 'var'; readonly part: string; readonly column: string }
  | { readonly function: 'share'; readonly part: string; readonly column: string }
  | {
      readonly function: 'quotient'
      readonly column: string
      readonly part: string
      readonly over: string
      readonly overPart: string
    }

/**
 * How the columns of a part leave its holders. `single` and `pair`: no masks, every holder runs
 * every control on its own real values. `pooled` (three and more): masked, gated on the pool.
 */
export type ReleaseKind = 'single' | 'pair' | 'pooled'

/** One part of the product in one plan: its fixed roster, its question, its coefficients. */
export interface Panel {
  readonly part: string
  readonly roster: readonly string[]
  readonly release: ReleaseKind
  readonly question: AggregateQuestion
  /** Limbs of Σx (and of Σx², where asked), in the order of the question's amounts. */
  readonly limbs: readonly { readonly sum: number; readonly squares: number }[]
  readonly disjointUnits: boolean
  readonly layout: Layout
}

/**
 * The plan of one question: a pure function of the signed request and the authority's product, so
 * that every party derives it again and refuses another. It names no policy and no key.
 */
export interface Plan {
  readonly kind: 'grouped-aggregate'
  readonly parameterSet: 'TAB'
  readonly groupBy: AggregateQuestion['groupBy']
  readonly groups: number
  readonly measures: readonly PlannedMeasure[]
  readonly panels: readonly Panel[]
}

/** The digest that the invitation names. */
export function planDigest(plan: Plan): Digest {
  return planPreimage(plan).digest
}

/** The same with its preimage. Integers go in as decimal text. */
export function planPreimage(plan: Plan): Preimage {
  const text = JSON.stringify(plan, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  return preimageOf('baotu/p1/v1/plan', JSON.parse(text))
}
