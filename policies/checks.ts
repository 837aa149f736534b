import { type Capabilities, honoursRange, honoursTerms } from './capabilities.ts'
import { boundsOfAtom, honoursBound } from './control-set.ts'
import type { Counters } from './counters.ts'
import type { Atom, Compound, Constraint } from './policy.ts'
import { conjunction, disjunction, exactlyOne, FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import { isNumeric, type Scalar, type Value } from './value.ts'
import type { Vocabulary } from './vocabulary.ts'
import type { OperatorName } from './vocabulary-document.ts'

/** What one evaluation reads. Nothing in it changes while rules are judged. */
export interface Run {
  readonly slots: readonly (Value | undefined)[]
  readonly counters: Counters
  /** What this request adds, by operand name; undefined when it adds the vocabulary's default. */
  readonly increments: ReadonlyMap<string, number> | undefined
  readonly capabilities: Capabilities
}

/** A compiled constraint. Policy text becomes data inside closures, never code. */
export type Check = (run: Run) => Truth

/** A state constraint as the ledger must reserve it. */
export interface StateCheck {
  readonly atom: Atom
  /** `policy#rule|operand|window`: one counter per rule, so that rules never share an allowance. */
  readonly key: string
  /** The largest total that still satisfies the constraint. */
  readonly limit: number
  /** What one use of the usual size reserves; undefined where every request must say its size. */
  readonly usual: Reservation | undefined
}

/** What an enforcer must set aside, in one transaction, before anything runs. */
export interface Reservation {
  readonly key: string
  readonly operand: string
  /** The counting window, or the currency. */
  readonly unit: string | undefined
  /** In the engine's integers: uses, 10⁻⁹ of ε, fen, milliseconds. */
  readonly amount: number
  /** The total that must not be passed. */
  readonly limit: number
}

/** Compiles one constraint; `owner` names the rule in counter keys. */
export function compileCheck(constraint: Constraint, owner: string, vocabulary: Vocabulary): Check {
  if (constraint.kind !== 'atom') return compileCompound(constraint, owner, vocabulary)
  const { kind } = constraint.operand
  if (kind === 'control') return compileControl(constraint, vocabulary)
  if (kind === 'state') return compileState(stateCheckOf(constraint, owner))
  return compileFact(constraint)
}

/** How a state constraint is counted. */
export function stateCheckOf(atom: Atom, owner: string): StateCheck {
  const key = `${owner}|${atom.operand.name}${atom.unit === undefined ? '' : `|${atom.unit}`}`
  const limit = atom.operator === 'lt' ? Number(atom.bound) - 1 : Number(atom.bound)
  const { name, increment } = atom.operand
  const usual =
    increment === undefined
      ? undefined
      : { key, operand: name, unit: atom.unit, amount: increment, limit }
  return { atom, key, limit, usual }
}

/** What this request reserves of one counter; undefined when nobody has said how much it uses. */
export function reservationOf(
  state: StateCheck,
  increments: Run['increments'],
): Reservation | undefined {
  if (increments === undefined) return state.usual
  const amount = incrementOf(state, increments)
  const { atom, key, limit } = state
  if (amount === undefined) return undefined
  return { key, operand: atom.operand.name, unit: atom.unit, amount, limit }
}

/** What this request adds to a state operand; undefined when nobody has said. */
export function incrementOf(
  { atom }: StateCheck,
  increments: Run['increments'],
): number | undefined {
  return increments?.get(atom.operand.name) ?? atom.operand.increment
}

/** How much has been used of one counter; undefined when the ledger does not count the operand. */
export function usedOf({ atom, key }: StateCheck, { used, knows }: Counters): number | undefined {
  if (knows[atom.operand.index] !== 1) return undefined
  if (used.size === 0) return 0
  return used.get(key) ?? used.get(atom.operand.name) ?? 0
}

function compileCompound({ kind, parts }: Compound, owner: string, vocabulary: Vocabulary): Check {
  const checks = parts.map((part) => compileCheck(part, owner, vocabulary))
  const judge = (run: Run) => checks.map((check) => check(run))
  switch (kind) {
    case 'and':
      return (run) => conjunction(judge(run))
    case 'or':
      return (run) => disjunction(judge(run))
    case 'xone':
      return (run) => exactlyOne(judge(run))
    case 'andSequence':
      // The order of events is not among the facts, so a sequence is at best unknown.
      return (run) => (conjunction(judge(run)) === FALSE ? FALSE : UNKNOWN)
  }
}

function compileControl(atom: Atom, vocabulary: Vocabulary): Check {
  const [bound, companion] = boundsOfAtom(atom, vocabulary)
  if (bound === undefined) return () => UNKNOWN
  if (companion !== undefined) {
    return ({ capabilities }) =>
      conjunction([honoursBound(bound, capabilities), honoursBound(companion, capabilities)])
  }
  const { operand, min, max, terms } = bound
  const { index } = operand
  if (terms !== undefined) return ({ capabilities }) => honoursTerms(capabilities, index, terms)
  return ({ capabilities }) => honoursRange(capabilities, index, min, max)
}

function compileState(state: StateCheck): Check {
  return (run) => {
    const used = usedOf(state, run.counters)
    const increment = incrementOf(state, run.increments)
    if (used === undefined || increment === undefined) return UNKNOWN
    return used + increment <= state.limit ? TRUE : FALSE
  }
}

function compileFact(atom: Atom): Check {
  const { operand, operator, bound } = atom
  if (operator === 'isA') return isMember(operand.index, operand.narrower?.get(String(bound)))
  if (typeof bound === 'object') {
    return operand.type === 'terms'
      ? setCheck(operand.index, operator, bound.map(String))
      : memberCheck(operand.index, operator, bound)
  }
  if (isNumeric(operand)) return numberCheck(operand.index, operator, Number(bound))
  return termCheck(operand.index, operator, String(bound))
}

function numberCheck(index: number, operator: OperatorName, bound: number): Check {
  switch (operator) {
    case 'eq':
      return ({ slots }) => known(slots[index], (value) => value === bound)
    case 'neq':
      return ({ slots }) => known(slots[index], (value) => value !== bound)
    case 'lt':
      return ({ slots }) => known(slots[index], (value) => (value as number) < bound)
    case 'lteq':
      return ({ slots }) => known(slots[index], (value) => (value as number) <= bound)
    case 'gt':
      return ({ slots }) => known(slots[index], (value) => (value as number) > bound)
    case 'gteq':
      return ({ slots }) => known(slots[index], (value) => (value as number) >= bound)
    default:
      return () => UNKNOWN
  }
}

function termCheck(index: number, operator: OperatorName, bound: string): Check {
  switch (operator) {
    case 'eq':
      return ({ slots }) => known(slots[index], (value) => value === bound)
    case 'neq':
      return ({ slots }) => known(slots[index], (value) => value !== bound)
    default:
      return () => UNKNOWN
  }
}

function memberCheck(index: number, operator: OperatorName, bound: readonly Scalar[]): Check {
  const set: ReadonlySet<unknown> = new Set(bound)
  switch (operator) {
    case 'isAnyOf':
      return isMember(index, set)
    case 'isNoneOf':
      return ({ slots }) => known(slots[index], (value) => !set.has(value))
    default:
      return () => UNKNOWN
  }
}

function isMember(index: number, set: ReadonlySet<unknown> | undefined): Check {
  if (set === undefined) return () => UNKNOWN
  return ({ slots }) => known(slots[index], (value) => set.has(value))
}

function setCheck(index: number, operator: OperatorName, bound: readonly string[]): Check {
  const set = new Set(bound)
  switch (operator) {
    case 'isAnyOf':
      return ({ slots }) => known(slots[index], (value) => terms(value).some((t) => set.has(t)))
    case 'isNoneOf':
      return ({ slots }) => known(slots[index], (value) => !terms(value).some((t) => set.has(t)))
    case 'isPartOf':
      return ({ slots }) => known(slots[index], (value) => terms(value).every((t) => set.has(t)))
    case 'hasPart':
    case 'isAllOf':
      return ({ slots }) =>
        known(slots[index], (value) => bound.every((t) => terms(value).includes(t)))
    case 'eq':
      return ({ slots }) => known(slots[index], (value) => sameSet(terms(value), set))
    default:
      return () => UNKNOWN
  }
}

function sameSet(value: readonly string[], set: ReadonlySet<string>): boolean {
  return value.length === set.size && value.every((term) => set.has(term))
}

function terms(value: Value): readonly string[] {
  return value as readonly string[]
}

/** INVARIANT: `Facts` holds only values of the operand's own type, so no check looks again. */
function known(value: Value | undefined, holds: (value: Value) => boolean): Truth {
  if (value === undefined) return UNKNOWN
  return holds(value) ? TRUE : FALSE
}
