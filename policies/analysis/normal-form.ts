import { PolicyError } from '../errors.ts'
import type { Constraint } from '../policy.ts'
import { type Literal, literalOfAtom } from './axis.ts'

/** A conjunction of literals: one convex piece of the space of requests, apart from holes. */
export type Box = readonly Literal[]

const MOST_BOXES = 1024
const WHOLE: readonly Box[] = [[]]

/**
 * The disjunctive normal form of constraints that must hold together, or of the negation of that.
 * Controls and states say nothing about which request is meant, so they leave the box open.
 * Throws `PolicyError` (`POLICY_TOO_COMPLEX`) beyond 1,024.
 */
export function boxesOf(constraints: readonly Constraint[], negated = false): readonly Box[] {
  const parts = constraints.map((constraint) => constraintBoxes(constraint, negated))
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

function constraintBoxes(constraint: Constraint, negated: boolean): readonly Box[] {
  switch (constraint.kind) {
    case 'atom': {
      const { kind } = constraint.operand
      if (kind === 'control' || kind === 'state') return negated ? [] : WHOLE
      return [[literalOfAtom(constraint, negated)]]
    }
    case 'or':
      return negated ? product(each(constraint.parts, true)) : union(each(constraint.parts, false))
    case 'xone':
      return negated ? notExactlyOne(constraint.parts) : exactlyOne(constraint.parts)
    default:
      return negated ? union(each(constraint.parts, true)) : product(each(constraint.parts, false))
  }
}

function each(parts: readonly Constraint[], negated: boolean): readonly (readonly Box[])[] {
  return parts.map((part) => constraintBoxes(part, negated))
}

function exactlyOne(parts: readonly Constraint[]): readonly Box[] {
  return union(
    parts.map((_, one) => product(parts.map((part, at) => constraintBoxes(part, at !== one)))),
  )
}

/** None, or two at once. */
function notExactlyOne(parts: readonly Constraint[]): readonly Box[] {
  const none = product(each(parts, true))
  const pairs = parts.flatMap((first, at) =>
    parts
      .slice(at + 1)
      .map((second) => product([constraintBoxes(first, false), constraintBoxes(second, false)])),
  )
  return union([none, ...pairs])
}

function tooComplex(): PolicyError {
  const reason = `falls into more than ${MOST_BOXES} alternatives`
  return new PolicyError({ code: 'POLICY_TOO_COMPLEX', pointer: '', reason })
}
