import type { Scalar, Value } from '../value.ts'
import type { Axis, Literal } from './axis.ts'
import { solveNumber } from './solve-number.ts'
import { solveSet } from './solve-set.ts'

/** A value per axis name: a point in the space of requests. */
export type Point = ReadonlyMap<string, Value>

/**
 * A point that satisfies every literal, or undefined when there is none. Axes are independent, so
 * each is solved alone; an axis without literals stays out of the point.
 */
export function solve(literals: readonly Literal[]): Point | undefined {
  const point = new Map<string, Value>()
  for (const list of byAxis(literals)) {
    const value = solveAxis(list)
    if (value === undefined) return undefined
    point.set((list[0] as Literal).axis.name, value)
  }
  return point
}

function byAxis(literals: readonly Literal[]): Iterable<readonly Literal[]> {
  const lists = new Map<string, Literal[]>()
  for (const literal of literals) {
    const list = lists.get(literal.axis.name)
    if (list === undefined) lists.set(literal.axis.name, [literal])
    else list.push(literal)
  }
  return lists.values()
}

/** Some value of an axis that nothing is demanded of. */
export function anyValue(axis: Axis): Value | undefined {
  const demand = { axis, negated: false } as const
  if (axis.kind === 'number')
    return solveAxis([{ ...demand, operator: 'lteq', values: [axis.max] }])
  return solveAxis([{ ...demand, operator: 'isNoneOf', values: [''] }])
}

/** A value on one axis that satisfies every literal on it. */
export function solveAxis(literals: readonly Literal[]): Value | undefined {
  const axis = literals[0]?.axis
  if (axis === undefined) return undefined
  if (axis.kind === 'number') return solveNumber(axis, literals)
  const several = axis.kind === 'set' || literals.some(isAboutSeveral)
  return several ? solveSet(axis, literals) : solveTerm(axis, literals)
}

/** Several terms at once: whatever its axis is called, it can only hold a set. */
function isAboutSeveral({ operator, values }: Literal): boolean {
  return operator === 'isAllOf' && new Set(values).size > 1
}

function solveTerm(axis: Axis, literals: readonly Literal[]): string | undefined {
  const [only] = literals
  if (literals.length === 1 && only?.operator === 'eq' && !only.negated)
    return String(only.values[0])
  let allowed: ReadonlySet<string> | undefined
  const excluded = new Set<string>()
  for (const literal of literals) {
    const named = namedBy(literal)
    const positive = isPositive(literal) !== literal.negated
    if (!positive) for (const term of named) excluded.add(term)
    else allowed = allowed === undefined ? named : intersect(allowed, named)
  }
  const left = allowed ?? axis.universe
  if (left !== undefined) return firstOutside(left, excluded)
  const fresh = Array.from({ length: excluded.size + 1 }, (_, at) => axis.fresh(at))
  return firstOutside(fresh, excluded)
}

function firstOutside(terms: Iterable<string>, excluded: ReadonlySet<string>): string | undefined {
  for (const term of terms) if (!excluded.has(term)) return term
  return undefined
}

function namedBy({ axis, operator, values }: Literal): ReadonlySet<string> {
  const terms = values.map((value: Scalar) => String(value))
  return new Set(operator === 'isA' ? terms.flatMap((term) => [...axis.below(term)]) : terms)
}

function isPositive({ operator }: Literal): boolean {
  return operator !== 'neq' && operator !== 'isNoneOf'
}

function intersect(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((term) => b.has(term)))
}
