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
  for (const [name, list] of Map.groupBy(literals, ({ axis }) => axis.name)) {
    const value = solveAxis(list)
    if (value === undefined) return undefined
    point.set(name, value)
  }
  return point
}

/** A value on one axis that satisfies every literal on it. */
export function solveAxis(literals: readonly Literal[]): Value | undefined {
  const axis = literals[0]?.axis
  if (axis === undefined) return undefined
  if (axis.kind === 'number') return solveNumber(axis, literals)
  return axis.kind === 'term' ? solveTerm(axis, literals) : solveSet(axis, literals)
}

function solveTerm(axis: Axis, literals: readonly Literal[]): string | undefined {
  let allowed: ReadonlySet<string> | undefined =
    axis.universe === undefined ? undefined : new Set(axis.universe)
  const excluded = new Set<string>()
  for (const literal of literals) {
    const named = namedBy(literal)
    const positive = isPositive(literal) !== literal.negated
    if (!positive) for (const term of named) excluded.add(term)
    else allowed = allowed === undefined ? named : intersect(allowed, named)
  }
  if (allowed !== undefined) return [...allowed].find((term) => !excluded.has(term))
  return Array.from({ length: excluded.size + 1 }, (_, at) => axis.fresh(at)).find(
    (term) => !excluded.has(term),
  )
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
