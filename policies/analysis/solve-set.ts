import type { Scalar } from '../value.ts'
import type { Axis, Literal } from './axis.ts'

/** What the literals ask of a set. */
interface Demands {
  /** Terms that may be in it; undefined: any. */
  allowed: ReadonlySet<string> | undefined
  readonly excluded: Set<string>
  readonly needed: Set<string>
  /** Of each list, at least one term. */
  readonly someOf: (readonly string[])[]
  /** Of each list, not all terms. */
  readonly notAllOf: (readonly string[])[]
  /** Of each list, at least one term that is not in it. */
  readonly outside: (readonly string[])[]
}

/** The smallest set found that satisfies every literal; undefined when there is none. */
export function solveSet(axis: Axis, literals: readonly Literal[]): readonly string[] | undefined {
  const demands = demandsOf(axis, literals)
  const choices = [
    ...demands.someOf,
    ...demands.outside.map((list) => outsiders(axis, demands, new Set(list))),
  ]
  return search(demands, choices, demands.needed)
}

function demandsOf(axis: Axis, literals: readonly Literal[]): Demands {
  const universe = axis.universe === undefined ? undefined : new Set(axis.universe)
  const demands: Demands = {
    allowed: universe,
    excluded: new Set(),
    needed: new Set(),
    someOf: [],
    notAllOf: [],
    outside: [],
  }
  for (const literal of literals) add(demands, literal)
  return demands
}

function add(demands: Demands, { operator, negated, values }: Literal): void {
  const terms = values.map((value: Scalar) => String(value))
  switch (operator) {
    case 'isAnyOf':
    case 'isNoneOf':
      if ((operator === 'isAnyOf') === negated) exclude(demands, terms)
      else demands.someOf.push(terms)
      break
    case 'isPartOf':
      if (negated) demands.outside.push(terms)
      else limit(demands, terms)
      break
    case 'eq':
    case 'neq':
      // Terms of other profiles: the set is this one term, or it is not in it.
      if ((operator === 'eq') === negated) exclude(demands, terms)
      else {
        need(demands, terms)
        limit(demands, terms)
      }
      break
    default:
      // hasPart and isAllOf: every term must be there.
      if (negated) demands.notAllOf.push(terms)
      else need(demands, terms)
  }
}

function exclude({ excluded }: Demands, terms: readonly string[]): void {
  for (const term of terms) excluded.add(term)
}

function need({ needed }: Demands, terms: readonly string[]): void {
  for (const term of terms) needed.add(term)
}

function limit(demands: Demands, terms: readonly string[]): void {
  const { allowed } = demands
  demands.allowed = new Set(
    allowed === undefined ? terms : terms.filter((term) => allowed.has(term)),
  )
}

function outsiders(axis: Axis, { allowed }: Demands, list: ReadonlySet<string>): readonly string[] {
  if (allowed !== undefined) return [...allowed].filter((term) => !list.has(term))
  return [0, 1, 2].map((at) => axis.fresh(at)).filter((term) => !list.has(term))
}

/** How many sets are tried before a set is called satisfiable without having been found. */
const MOST_TRIES = 20_000

/** Depth-first over one term per choice; the first set that breaks no rule wins. */
function search(
  demands: Demands,
  choices: readonly (readonly string[])[],
  chosen: ReadonlySet<string>,
  tries = { left: MOST_TRIES },
): readonly string[] | undefined {
  if (!fits(demands, chosen)) return undefined
  const [next, ...rest] = choices
  // Too hard to tell is never called impossible: a finding that is missed harms less than a wrong one.
  if (next === undefined || --tries.left < 0) return [...chosen].sort()
  if (next.some((term) => chosen.has(term))) return search(demands, rest, chosen, tries)
  for (const term of next) {
    const found = search(demands, rest, new Set([...chosen, term]), tries)
    if (found !== undefined) return found
  }
  return undefined
}

function fits({ allowed, excluded, notAllOf }: Demands, chosen: ReadonlySet<string>): boolean {
  for (const term of chosen) {
    if (excluded.has(term) || (allowed !== undefined && !allowed.has(term))) return false
  }
  return notAllOf.every((list) => list.some((term) => !chosen.has(term)))
}
