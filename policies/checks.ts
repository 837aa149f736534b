import { type Capabilities, honoursRange, honoursTerms } from './capabilities.ts'
import { boundsOfAtom, honoursBound } from './control-set.ts'
import type { Counters } from './counters.ts'
import { compileFactCheck } from './fact-checks.ts'
import type { Facts } from './facts.ts'
import type { Atom, Compound, Constraint } from './policy.ts'
import { conjunction, disjunction, exactlyOne, FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What one evaluation reads. Nothing in it changes while rules are judged. */
export interface Run {
  readonly facts: Facts
  readonly counters: Counters
  readonly capabilities: Capabilities
  readonly request: {
    /** What this request adds, by operand name; undefined when it adds the usual amounts. */
    readonly increments: ReadonlyMap<string, number> | undefined
  }
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
  return compileFactCheck(constraint)
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
  increments: ReadonlyMap<string, number> | undefined,
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
  increments: ReadonlyMap<string, number> | undefined,
): number | undefined {
  return increments?.get(atom.operand.name) ?? atom.operand.increment
}

/** How much has been used of one counter; undefined when the ledger does not count the operand. */
export function usedOf({ atom, key }: StateCheck, counters: Counters): number | undefined {
  const { index } = atom.operand
  if (counters.knows[index] !== 1) return undefined
  const own = counters.used.size === 0 ? undefined : counters.used.get(key)
  return own ?? counters.usedByOperand[index]
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
    const increment = incrementOf(state, run.request.increments)
    if (used === undefined || increment === undefined) return UNKNOWN
    return used + increment <= state.limit ? TRUE : FALSE
  }
}
