import { PolicyError } from '../errors.ts'
import type { Constraint } from '../policy.ts'
import { type Literal, literalOfAtom } from './axis.ts'

/** A conjunction of literals: one convex piece of the space of requests, apart from holes. */
export type Box = readonly Literal[]

const MOST_BOXES = 1024
const WHOLE: readonly Box[] = [[]]

/**
 * Which requests are meant: those that might meet the constraints (what a prohibition refuses), or
 * those that surely do (what a permission permits). The order of events is not among the facts, so
 * a sequence is at best unknown and surely met by none.
 */
export type Reading = 'might' | 'surely'

/**
 * The disjunctive normal form of constraints that must hold together, or of the negation of that.
 * Controls and states say nothing about which request is meant, so they leave the box open.
 * Throws `PolicyError` (`POLICY_TOO_COMPLEX`) beyond 1,024.
 */
export function boxesOf(
  constraints: readonly Constraint[],
  reading: Reading,
  negated = false,
): readonly Box[] {
  const parts = each(constraints, reading, negated)
  return negated ? union(parts) : product(parts)
}

/** All pairs of boxes, one of each list, joined. */
export function product(lists: readonly (readonly Box[])[]): readonly Box[] {
  return lists.reduce<readonly Box[]>((all, list) => {
    if (all.length * list.length > MOST_BOXES) throw tooComplex()
    return all.flatMap((box) => list.map((other) => [...box, ...other]))
  }, WHOLE)
}

function union(lists: readonly (readonly Box[])[]): readonly Box[] {
  const all = lists.flat()
  if (all.length > MOST_BOXES) throw tooComplex()
  return all
}

function constraintBoxes(
  constraint: Constraint,
  reading: Reading,
  negated: boolean,
): readonly Box[] {
  switch (constraint.kind) {
    case 'atom': {
      const { kind } = constraint.operand
      if (kind === 'control' || kind === 'state') return negated ? [] : WHOLE
      return [[literalOfAtom(constraint, negated)]]
    }
    case 'or':
      return negated
        ? product(each(constraint.parts, reading, true))
        : union(each(constraint.parts, reading, false))
    case 'xone':
      if (reading === 'might' && hasSequence(constraint))
        return perhapsOne(constraint.parts, negated)
      return negated
        ? notExactlyOne(constraint.parts, reading)
        : exactlyOne(constraint.parts, reading)
    case 'andSequence':
      if (reading === 'surely' && !negated) return []
      return reading === 'might' && negated ? WHOLE : boxesOf(constraint.parts, reading, negated)
    default:
      return boxesOf(constraint.parts, reading, negated)
  }
}

function each(
  parts: readonly Constraint[],
  reading: Reading,
  negated: boolean,
): readonly (readonly Box[])[] {
  return parts.map((part) => constraintBoxes(part, reading, negated))
}

function exactlyOne(parts: readonly Constraint[], reading: Reading): readonly Box[] {
  return union(
    parts.map((_, one) =>
      product(parts.map((part, at) => constraintBoxes(part, reading, at !== one))),
    ),
  )
}

/** None, or two at once. */
function notExactlyOne(parts: readonly Constraint[], reading: Reading): readonly Box[] {
  const none = product(each(parts, reading, true))
  const pairs = parts.flatMap((first, at) =>
    parts.slice(at + 1).map((second) => product(each([first, second], reading, false))),
  )
  return union([none, ...pairs])
}

/** Not surely false, or not surely true, where some part is never surely true. */
function perhapsOne(parts: readonly Constraint[], negated: boolean): readonly Box[] {
  const might = (part: Constraint, not: boolean) => constraintBoxes(part, 'might', not)
  const others = (one: number) => parts.filter((_, at) => at !== one)
  if (!negated) {
    const some = union(parts.map((part) => might(part, false)))
    const atMost = parts.map((_, one) => product(others(one).map((part) => might(part, true))))
    return product([union(atMost), some])
  }
  return product(
    parts.map((part, one) =>
      union([might(part, true), ...others(one).map((other) => might(other, false))]),
    ),
  )
}

function hasSequence(constraint: Constraint): boolean {
  if (constraint.kind === 'atom') return false
  return constraint.kind === 'andSequence' || constraint.parts.some(hasSequence)
}

function tooComplex(): PolicyError {
  const reason = `falls into more than ${MOST_BOXES} alternatives`
  return new PolicyError({ code: 'POLICY_TOO_COMPLEX', pointer: '', reason })
}
