import type { Atom, Constraint, Policy, Rule } from '../policy.ts'
import { compareScalars, type Scalar } from '../value.ts'
import type { OperatorName } from '../vocabulary-document.ts'

/** A policy with one small mistake in it, as an author might make it. */
export interface Mutant {
  readonly name: string
  readonly policy: Policy
}

const FLIPS: Partial<Readonly<Record<OperatorName, OperatorName>>> = {
  eq: 'neq',
  neq: 'eq',
  lt: 'gteq',
  gteq: 'lt',
  gt: 'lteq',
  lteq: 'gt',
  isAnyOf: 'isNoneOf',
  isNoneOf: 'isAnyOf',
  isPartOf: 'isNoneOf',
  hasPart: 'isNoneOf',
}

const DAY_MS = 86_400_000

/**
 * Every mutant of a policy: a constraint dropped, an operator turned round, a bound moved by one
 * (by a day for instants, an hour for durations), a term taken out of a set.
 */
export function mutantsOf(policy: Policy): readonly Mutant[] {
  return policy.rules.flatMap((rule) =>
    ruleMutants(rule).map(({ name, constraints }) => ({
      name: `${policy.id}${rule.id} ${name}`,
      policy: {
        ...policy,
        rules: policy.rules.map((own) => (own === rule ? { ...own, constraints } : own)),
      },
    })),
  )
}

interface Changed {
  readonly name: string
  readonly constraints: readonly Constraint[]
}

function ruleMutants({ constraints }: Rule): readonly Changed[] {
  return listMutants(constraints)
}

function listMutants(list: readonly Constraint[]): readonly Changed[] {
  return list.flatMap((constraint, at) => {
    const put = (changed: readonly Constraint[]) => list.toSpliced(at, 1, ...changed)
    const dropped = { name: `${constraint.pointer} dropped`, constraints: put([]) }
    return [
      dropped,
      ...changesOf(constraint).map(({ name, changed }) => ({ name, constraints: put([changed]) })),
    ]
  })
}

function changesOf(constraint: Constraint): readonly { name: string; changed: Constraint }[] {
  if (constraint.kind === 'atom') return atomChanges(constraint)
  return listMutants(constraint.parts)
    .filter(({ constraints }) => constraints.length > 0)
    .map(({ name, constraints }) => ({ name, changed: { ...constraint, parts: constraints } }))
}

function atomChanges(atom: Atom): readonly { name: string; changed: Atom }[] {
  const { pointer, operand, operator, bound } = atom
  const flipped = FLIPS[operator]
  const allowed = flipped !== undefined && operand.allowed.has(flipped)
  const flips = allowed
    ? [{ name: `${pointer} ${flipped}`, changed: { ...atom, operator: flipped } }]
    : []
  if (typeof bound === 'object') return [...flips, ...fewerTerms(atom, bound)]
  if (typeof bound === 'string' || operand.type === 'boolean') return flips
  const moves = [-step(atom), step(atom)].filter((by) => inBounds(atom, bound + by))
  return [
    ...flips,
    ...moves.map((by) => ({
      name: `${pointer} ${by > 0 ? '+' : '-'}1`,
      changed: { ...atom, bound: bound + by },
    })),
  ]
}

function fewerTerms(
  atom: Atom,
  bound: readonly Scalar[],
): readonly { name: string; changed: Atom }[] {
  if (bound.length < 2) return []
  return bound.map((term, at) => ({
    name: `${atom.pointer} without term ${at + 1}`,
    changed: { ...atom, bound: bound.filter((other) => compareScalars(other, term) !== 0) },
  }))
}

function step({ operand }: Atom): number {
  if (operand.type === 'dateTime') return DAY_MS
  return operand.type === 'duration' ? 3_600_000 : 1
}

function inBounds({ operand }: Atom, value: number): boolean {
  const factor = 10 ** (operand.scale ?? 0)
  const last = operand.levels === undefined ? operand.max : operand.levels.length - 1
  if (
    value <
    (operand.min ?? (operand.levels === undefined ? Number.NEGATIVE_INFINITY : 0)) * factor
  )
    return false
  return last === undefined || value <= last * factor
}
