import type { Atom } from '../policy.ts'
import { isNumeric, type Scalar } from '../value.ts'
import type { Operand } from '../vocabulary.ts'
import type { OperatorName } from '../vocabulary-document.ts'

/** One dimension of the space of requests: what one operand can be. */
export interface Axis {
  readonly name: string
  readonly kind: 'number' | 'term' | 'set'
  /** Whether only whole numbers lie on it; otherwise it is dense. */
  readonly integer: boolean
  readonly min: number
  readonly max: number
  /** True where the minimum itself does not belong to the axis. */
  readonly minOpen: boolean
  /** All terms there are; undefined where any term of some form may occur. */
  readonly universe: readonly string[] | undefined
  /** All terms at or below one of a taxonomy. */
  readonly below: (term: string) => Iterable<string>
  /** A term that no policy names, where the universe is open. */
  readonly fresh: (at: number) => string
}

/** A condition on one axis, or its negation. */
export interface Literal {
  readonly axis: Axis
  readonly operator: OperatorName
  readonly negated: boolean
  readonly values: readonly Scalar[]
}

const axes = new WeakMap<Operand, Axis>()

/** The axis of an operand of the vocabulary. */
export function axisOf(operand: Operand): Axis {
  const known = axes.get(operand)
  if (known !== undefined) return known
  const axis = makeAxis(operand)
  axes.set(operand, axis)
  return axis
}

/** The condition that an atom sets on its axis. */
export function literalOfAtom({ operand, operator, bound }: Atom, negated: boolean): Literal {
  const values = typeof bound === 'object' ? bound : [bound]
  return { axis: axisOf(operand), operator, negated, values }
}

function makeAxis(operand: Operand): Axis {
  const { name, type, min, max, scale, levels, values, narrower, pattern } = operand
  const factor = 10 ** (scale ?? 0)
  const numeric = isNumeric(operand)
  return {
    name,
    kind: numeric ? 'number' : type === 'terms' ? 'set' : 'term',
    integer: numeric,
    min: levels === undefined && type !== 'boolean' ? (min ?? lowest(type)) * factor : 0,
    max:
      levels === undefined
        ? type === 'boolean'
          ? 1
          : (max ?? highest(type)) * factor
        : levels.length - 1,
    minOpen: false,
    universe: values ?? (narrower === undefined ? undefined : [...narrower.keys()].sort()),
    below: (term) => narrower?.get(term) ?? [term],
    fresh: (at) => FRESH[pattern ?? ''] ?? `witness-${at}`,
  }
}

function lowest(type: Operand['type']): number {
  return type === 'dateTime' || type === 'time' || type === 'duration' ? 0 : Number.MIN_SAFE_INTEGER
}

function highest(type: Operand['type']): number {
  // The last instant that xsd:dateTime writes with four digits of a year.
  if (type === 'dateTime') return Date.UTC(9999, 11, 31)
  return type === 'time' ? 86_399 : Number.MAX_SAFE_INTEGER
}

/** One term of each open form that no author would write. */
const FRESH: Readonly<Record<string, string>> = {
  iri: 'urn:bt:witness:other',
  code: 'witness-other',
  region: 'ZZ',
  column: 'witness_other',
  columnUse: 'witness_other:PLAINTEXT',
  pinned: 'urn:bt:witness:other#sha256-0000',
  digest: 'sha256-0000',
  claim: 'Witness/other',
}
