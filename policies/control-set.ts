import { type Capabilities, honoursRange, honoursTerms } from './capabilities.ts'
import { windowMs } from './literal.ts'
import type { Atom } from './policy.ts'
import { TRUE, type Truth } from './truth.ts'
import { plainText } from './value.ts'
import type { Operand, Vocabulary } from './vocabulary.ts'

/** What one control may be: a range of integers, or for ∩ controls a sorted set of terms. */
export interface ControlBound {
  readonly operand: Operand
  readonly min: number | undefined
  readonly max: number | undefined
  readonly terms: readonly string[] | undefined
  /** The longest counting window of the contributors (P30D), where the control has one. */
  readonly window: string | undefined
}

export type ControlView = Readonly<Record<string, number | string | readonly string[]>>

/**
 * The controls (管控要求) that an executor must keep, one bound per operand. Immutable; the meet of
 * two sets is at least as strict as both, whatever the order.
 */
export class ControlSet {
  static readonly NONE = new ControlSet([])
  readonly bounds: readonly ControlBound[]
  /** The first operand whose bounds contradict each other; undefined when all can be kept. */
  readonly unsatisfiable: Operand | undefined
  readonly #meets = new Map<ControlSet, ControlSet>()
  #latest: ControlSet | undefined
  #latestMeet: ControlSet = this
  #view: ControlView | undefined

  /** `bounds` sorted by operand, one each. */
  constructor(bounds: readonly ControlBound[]) {
    this.bounds = bounds
    this.unsatisfiable = bounds.find(isEmpty)?.operand
  }

  /** Strictest wins: maxima of minima, minima of maxima, intersections of sets. */
  meet(other: ControlSet): ControlSet {
    if (other === this || other.bounds.length === 0) return this
    if (this.bounds.length === 0) return other
    if (other !== this.#latest) {
      this.#latestMeet = this.#meetOnce(other)
      this.#latest = other
    }
    return this.#latestMeet
  }

  #meetOnce(other: ControlSet): ControlSet {
    const known = this.#meets.get(other)
    if (known !== undefined) return known
    const met = new ControlSet(meetBounds(this.bounds, other.bounds))
    // INVARIANT: the memory is bounded; forgetting an entry only costs time.
    if (this.#meets.size >= 1024) this.#meets.clear()
    this.#meets.set(other, met)
    return met
  }

  /** Equal for sets that impose the same. */
  get key(): string {
    const parts = this.bounds.map(({ operand, min, max, terms, window }) => [
      operand.index,
      min ?? null,
      max ?? null,
      terms ?? null,
      window ?? null,
    ])
    return JSON.stringify(parts)
  }

  /** Whether an executor can keep every bound. */
  honoured(capabilities: Capabilities): boolean {
    return this.bounds.every((bound) => honoursBound(bound, capabilities) === TRUE)
  }

  /**
   * By operand name: whole numbers, decimals as text (`"0.5"`), terms and ordinal levels as arrays
   * (`["ENCRYPTED_ONLY"]`). The stricter end where a control has both ends.
   */
  get view(): ControlView {
    this.#view ??= Object.fromEntries(this.bounds.map((bound) => [bound.operand.name, show(bound)]))
    return this.#view
  }
}

/** The bounds that one control constraint imposes, its companion's included. */
export function boundsOfAtom(atom: Atom, vocabulary: Vocabulary): readonly ControlBound[] {
  const companion = vocabulary.operands.get(atom.operand.companion?.operand ?? '')
  const own = boundOfAtom(atom)
  if (companion === undefined || atom.companion === undefined) return [own]
  return [own, { ...bare(companion), min: atom.companion }]
}

/** The controls among some atoms, all at once. */
export function controlsOfAtoms(atoms: readonly Atom[], vocabulary: Vocabulary): ControlSet {
  const controls = atoms.filter(({ operand }) => operand.kind === 'control')
  if (controls.length === 0) return ControlSet.NONE
  return controlSetOf(controls.flatMap((atom) => boundsOfAtom(atom, vocabulary)))
}

/** Makes a set of any bounds, meeting those of the same operand. */
export function controlSetOf(bounds: readonly ControlBound[]): ControlSet {
  return bounds
    .map((bound) => new ControlSet([bound]))
    .reduce((all, one) => all.meet(one), ControlSet.NONE)
}

/** Whether an executor can keep one bound. */
export function honoursBound(bound: ControlBound, capabilities: Capabilities): Truth {
  const { operand, min, max, terms } = bound
  if (terms !== undefined) return honoursTerms(capabilities, operand.index, terms)
  return honoursRange(capabilities, operand.index, min, max)
}

function boundOfAtom({ operand, operator, bound, unit }: Atom): ControlBound {
  const empty = { ...bare(operand), window: operand.window === undefined ? undefined : unit }
  if (operand.direction === 'intersect') {
    const terms = typeof bound === 'object' ? bound : [bound]
    return { ...empty, terms: terms.map(String) }
  }
  const value = Number(bound)
  const rank = operand.type === 'level' || operand.type === 'boolean'
  if (rank)
    return operand.direction === 'down' ? { ...empty, max: value } : { ...empty, min: value }
  switch (operator) {
    case 'eq':
      return { ...empty, min: value, max: value }
    case 'gteq':
      return { ...empty, min: value }
    case 'gt':
      return { ...empty, min: value + 1 }
    case 'lt':
      return { ...empty, max: value - 1 }
    default:
      return { ...empty, max: value }
  }
}

function bare(operand: Operand): ControlBound {
  return { operand, min: undefined, max: undefined, terms: undefined, window: undefined }
}

function meetBounds(
  ours: readonly ControlBound[],
  theirs: readonly ControlBound[],
): readonly ControlBound[] {
  const met = new Map(ours.map((bound) => [bound.operand.index, bound]))
  for (const bound of theirs) {
    const own = met.get(bound.operand.index)
    met.set(bound.operand.index, own === undefined ? bound : meetBound(own, bound))
  }
  return [...met.values()].sort((a, b) => a.operand.index - b.operand.index)
}

function meetBound(a: ControlBound, b: ControlBound): ControlBound {
  return {
    operand: a.operand,
    min: larger(a.min, b.min),
    max: smaller(a.max, b.max),
    terms: intersection(a.terms, b.terms),
    window: longer(a.window, b.window),
  }
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

function longer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const [left, right] = [windowMs(a), windowMs(b)]
  if (left === right) return a < b ? a : b
  return left > right ? a : b
}

function intersection(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.filter((term) => b.includes(term))
}

function isEmpty({ min, max, terms }: ControlBound): boolean {
  if (terms !== undefined) return terms.length === 0
  return min !== undefined && max !== undefined && min > max
}

function show({ operand, min, max, terms }: ControlBound): number | string | readonly string[] {
  if (terms !== undefined) return terms
  const value = (operand.direction === 'down' ? (max ?? min) : (min ?? max)) ?? 0
  if (operand.type === 'level') return [plainText(operand, value)]
  const whole = operand.type === 'integer' || operand.scale === 0
  return whole ? value : plainText(operand, value)
}
