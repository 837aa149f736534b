import type { Axis } from '../analysis/axis.ts'
import type { Scalar } from '../value.ts'

/** The axis of a left operand of another profile; its kind is inferred from the literals. */
export function foreignAxis(name: string, base: string, values: readonly Scalar[]): Axis {
  const domain = DOMAINS.find(([pattern]) => pattern.test(base))?.[1] ?? {}
  return {
    name,
    kind: values.every((value) => typeof value === 'number') ? 'number' : 'term',
    integer: domain.integer ?? false,
    min: domain.min ?? Number.NEGATIVE_INFINITY,
    max: domain.max ?? Number.POSITIVE_INFINITY,
    minOpen: domain.open ?? false,
    universe: undefined,
    below: (term) => [term],
    fresh: (at) => `other-${at}`,
  }
}

interface Domain {
  readonly min?: number
  readonly max?: number
  /** Whether the minimum itself lies outside. */
  readonly open?: boolean
  readonly integer?: boolean
}

/** The value spaces that the ODRL vocabulary gives its own operands. */
const DOMAINS: readonly (readonly [RegExp, Domain])[] = [
  [/^(percentage|relative\w*Position)$/, { min: 0, max: 100 }],
  [/^count$/, { min: 0, integer: true }],
  [/^payAmount$/, { min: 0 }],
  [/^(resolution|absoluteSize|relativeSize)$/, { min: 0, open: true }],
  // The axes of a spatial profile hold their infimum.
  [/^(absoluteSize|relativeSize)[A-Z]/, { min: 0 }],
  [/^elapsedTime$/, { min: 0, open: true }],
  [/^(meteredTime|delayPeriod|timeInterval)$|absoluteTemporal/i, { min: 0 }],
]

/** What sequences of delays and metered time are measured against. */
export const ELAPSED = foreignAxis('elapsedTime', 'elapsedTime', [0])
