import type { Atom, Constraint } from './policy.ts'
import { FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import type { Scalar, Value } from './value.ts'
import type { Operand } from './vocabulary.ts'
import type { OperatorName } from './vocabulary-document.ts'

/** What a condition on facts reads: the slots of `Facts`, by operand. */
export type Slots = readonly (Value | undefined)[]

export type FactCheck = (slots: Slots) => Truth

/**
 * Compiles a condition on a fact. INVARIANT: `Facts` holds only values of the operand's own type,
 * so no check looks at the type again; an empty slot is unknown under every operator.
 */
export function compileFactCheck({ operand, operator, bound }: Atom): FactCheck {
  const { index } = operand
  if (operator === 'isA') return memberCheck(index, operand.narrower?.get(String(bound)))
  if (typeof bound !== 'object') return scalarCheck(operand, operator, bound)
  if (operand.type === 'terms') return setCheck(index, operator, bound.map(String))
  const members: ReadonlySet<Scalar> = new Set(bound)
  return operator === 'isAnyOf' ? memberCheck(index, members) : outsiderCheck(index, members)
}

/** A lower and an upper bound on the same number as one check; undefined for anything else. */
export function compileRange(first: Constraint, second: Constraint): FactCheck | undefined {
  if (first.kind !== 'atom' || second.kind !== 'atom') return undefined
  const { operand } = first
  const asked = operand.kind === 'fact' || operand.kind === 'shape'
  if (!asked || operand !== second.operand) return undefined
  const bounds = [first, second].map(limitsOf)
  const [a, b] = bounds
  if (a === undefined || b === undefined) return undefined
  const { index } = operand
  const [low, high] = [Math.max(a.low, b.low), Math.min(a.high, b.high)]
  return (slots) => between(numberAt(slots, index), low, high)
}

/** The least and the greatest whole number that satisfy an order on numbers. */
function limitsOf({ operator, bound }: Atom): { low: number; high: number } | undefined {
  if (typeof bound !== 'number') return undefined
  switch (operator) {
    case 'lt':
      return { low: Number.NEGATIVE_INFINITY, high: bound - 1 }
    case 'lteq':
      return { low: Number.NEGATIVE_INFINITY, high: bound }
    case 'gt':
      return { low: bound + 1, high: Number.POSITIVE_INFINITY }
    case 'gteq':
      return { low: bound, high: Number.POSITIVE_INFINITY }
    default:
      return undefined
  }
}

function scalarCheck({ index }: Operand, operator: OperatorName, bound: Scalar): FactCheck {
  if (operator === 'eq') return (slots) => equal(scalarAt(slots, index), bound)
  if (operator === 'neq') return (slots) => not(equal(scalarAt(slots, index), bound))
  return typeof bound === 'number' ? numberCheck(index, operator, bound) : () => UNKNOWN
}

function numberCheck(index: number, operator: OperatorName, bound: number): FactCheck {
  switch (operator) {
    case 'lt':
      return (slots) => below(numberAt(slots, index), bound)
    case 'lteq':
      return (slots) => atMost(numberAt(slots, index), bound)
    case 'gt':
      return (slots) => not(atMost(numberAt(slots, index), bound))
    case 'gteq':
      return (slots) => not(below(numberAt(slots, index), bound))
    default:
      return () => UNKNOWN
  }
}

const SMALL = 8

function memberCheck(index: number, members: ReadonlySet<Scalar> | undefined): FactCheck {
  if (members === undefined) return () => UNKNOWN
  if (members.size <= SMALL) {
    const few = [...members]
    return (slots) => among(scalarAt(slots, index), few)
  }
  return (slots) => {
    const value = scalarAt(slots, index)
    return value === undefined ? UNKNOWN : members.has(value) ? TRUE : FALSE
  }
}

function outsiderCheck(index: number, members: ReadonlySet<Scalar>): FactCheck {
  const member = memberCheck(index, members)
  return (slots) => not(member(slots))
}

function setCheck(index: number, operator: OperatorName, bound: readonly string[]): FactCheck {
  switch (operator) {
    case 'isAnyOf':
      return remembered(index, (terms) => !isDisjoint(terms, bound))
    case 'isNoneOf':
      return remembered(index, (terms) => isDisjoint(terms, bound))
    case 'isPartOf':
      return remembered(index, (terms) => isSubset(terms, bound))
    case 'hasPart':
    case 'isAllOf':
      return remembered(index, (terms) => isSubset(bound, terms))
    default:
      return () => UNKNOWN
  }
}

/**
 * Lists of facts never change and equal ones are mostly one list (`internList`), so the answer
 * about the list seen last is kept: it saves time and is the same as asking again.
 */
function remembered(index: number, holds: (terms: readonly string[]) => boolean): FactCheck {
  let seen: readonly string[] | undefined
  let truth: Truth = UNKNOWN
  return (slots) => {
    const terms = termsAt(slots, index)
    if (terms === undefined) return UNKNOWN
    if (terms !== seen) {
      truth = holds(terms) ? TRUE : FALSE
      seen = terms
    }
    return truth
  }
}

function scalarAt(slots: Slots, index: number): Scalar | undefined {
  return slots[index] as Scalar | undefined
}

function numberAt(slots: Slots, index: number): number | undefined {
  return slots[index] as number | undefined
}

function termsAt(slots: Slots, index: number): readonly string[] | undefined {
  return slots[index] as readonly string[] | undefined
}

function not(truth: Truth): Truth {
  return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE
}

function equal(value: Scalar | undefined, bound: Scalar): Truth {
  return value === undefined ? UNKNOWN : value === bound ? TRUE : FALSE
}

function below(value: number | undefined, bound: number): Truth {
  return value === undefined ? UNKNOWN : value < bound ? TRUE : FALSE
}

function atMost(value: number | undefined, bound: number): Truth {
  return value === undefined ? UNKNOWN : value <= bound ? TRUE : FALSE
}

function between(value: number | undefined, low: number, high: number): Truth {
  return value === undefined ? UNKNOWN : value >= low && value <= high ? TRUE : FALSE
}

// The sets are small, so scanning them beats hashing.

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((term) => whole.includes(term))
}

function isDisjoint(some: readonly string[], others: readonly string[]): boolean {
  return !some.some((term) => others.includes(term))
}

function among(value: Scalar | undefined, few: readonly Scalar[]): Truth {
  if (value === undefined) return UNKNOWN
  for (let at = 0; at < few.length; at++) if (few[at] === value) return TRUE
  return FALSE
}
