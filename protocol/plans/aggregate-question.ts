/** A filter that the planner has checked against the product: closed operators, known columns. */
export type CheckedCondition =
  | { readonly column: string; readonly operator: 'isAnyOf'; readonly codes: readonly string[] }
  | { readonly column: string; readonly operator: 'gteq' | 'lt'; readonly cut: bigint }

/**
 * What one holder is asked to add up for one part of a product, after planning: the only thing a
 * source ever sees of a query. A source turns it into its own engine's language, with values bound.
 */
export interface AggregateQuestion {
  readonly part: string
  /** Groups in fixed layout: index = mixed radix over `codes`, the last dimension fastest. */
  readonly groupBy: readonly { readonly dimension: string; readonly codes: readonly string[] }[]
  readonly where: readonly CheckedCondition[]
  /** Per unit of analysis the rows are added, then clamped to [lower, upper]. */
  readonly amounts: readonly {
    readonly column: string
    readonly lower: bigint
    readonly upper: bigint
    readonly squares: boolean
  }[]
  /** Flag columns; a unit has the flag in a group when any of its rows there has. */
  readonly flags: readonly string[]
}

/** What an amount column adds up to over the units of one group at one holder. */
export interface AmountPart {
  readonly sum: bigint
  readonly sumOfSquares: bigint
  readonly minimum: bigint
  readonly maximum: bigint
  /**
   * The two largest values of max(x, 0) and their sum, and of max(-x, 0) and theirs: what the
   * p % rule reads (on |x| and on each sign). Zero where there are fewer units.
   */
  readonly positive: { readonly total: bigint; readonly first: bigint; readonly second: bigint }
  readonly negative: { readonly total: bigint; readonly first: bigint; readonly second: bigint }
}

/** One group of one holder's cohort. Groups without units are absent from a source's answer. */
export interface GroupPart {
  /** Index in the fixed layout of the question. */
  readonly group: number
  /** Distinct units of analysis: holding groups where the owner maps them, else enterprises. */
  readonly units: bigint
  /** In the order of the question's `amounts`. */
  readonly amounts: readonly AmountPart[]
  /** Distinct units that have each flag, in the order of the question's `flags`. */
  readonly flags: readonly bigint[]
}
