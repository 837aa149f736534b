import { type Capabilities, honoursRange, honoursTerms } from './capabilities.ts'
import { boundsOfAtom, honoursBound } from './control-set.ts'
import type { Counters } from './counters.ts'
import { compileFactCheck, compileRange, type Slots } from './fact-checks.ts'
import type { Facts } from './facts.ts'
import type { Atom, Compound, Constraint } from './policy.ts'
import { conjunction, disjunction, exactlyOne, FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Judges one constraint on its own, as explanations do. */
export function judgeAlone(
  constraint: Constraint,
  owner: string,
  vocabulary: Vocabulary,
  run: Run,
): Truth {
  return compileCheck(constraint, owner, vocabulary)(run.facts.slots, run)
}

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
export type Check = (slots: Slots, run: Run) => Truth

/** A state constraint as the ledger must reserve it. */
export interface StateCheck {
  readonly atom: Atom
  /** The operand's place in the vocabulary. */
  readonly index: number
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

/**
 * Compiles constraints that must hold together; two bounds on one number become one check. Rules
 * of one snapshot that ask the same of the same operand have one check between them, through
 * `shared`: what a decision reads is then spread over fewer places in memory.
 */
export function compileChecks(
  constraints: readonly Constraint[],
  owner: string,
  vocabulary: Vocabulary,
  shared: Map<string, Check>,
): readonly Check[] {
  const checks: Check[] = []
  for (let at = 0; at < constraints.length; at++) {
    const [constraint, next] = [constraints[at] as Constraint, constraints[at + 1]]
    const range = next === undefined ? undefined : compileRange(constraint, next)
    const check = range ?? compileCheck(constraint, owner, vocabulary)
    const asked = range === undefined || next === undefined ? [constraint] : [constraint, next]
    checks.push(oneFor(asked, check, shared))
    if (range !== undefined) at++
  }
  return checks
}

/** The check that equal constraints already have; states and what holds them belong to one rule. */
function oneFor(asked: readonly Constraint[], check: Check, shared: Map<string, Check>): Check {
  const atoms = asked.filter((one) => one.kind === 'atom')
  if (atoms.length < asked.length || atoms.some(isState)) return check
  const key = JSON.stringify(atoms.map(askedOf))
  const known = shared.get(key)
  if (known === undefined) shared.set(key, check)
  return known ?? check
}

function isState({ operand }: Atom): boolean {
  return operand.kind === 'state'
}

function askedOf({ operand, operator, bound, companion }: Atom) {
  return [operand.index, operator, bound, companion ?? null]
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
  return { atom, index: atom.operand.index, key, limit, usual }
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
export function usedOf({ index, key }: StateCheck, counters: Counters): number | undefined {
  return usedAt(index, key, counters)
}

function usedAt(index: number, key: string, counters: Counters): number | undefined {
  if (counters.knows[index] !== 1) return undefined
  const own = counters.used.size === 0 ? undefined : counters.used.get(key)
  return own ?? counters.usedByOperand[index]
}

function compileCompound({ kind, parts }: Compound, owner: string, vocabulary: Vocabulary): Check {
  const checks = parts.map((part) => compileCheck(part, owner, vocabulary))
  const judge = (slots: Slots, run: Run) => checks.map((check) => check(slots, run))
  switch (kind) {
    case 'and':
      return (slots, run) => conjunction(judge(slots, run))
    case 'or':
      return (slots, run) => disjunction(judge(slots, run))
    case 'xone':
      return (slots, run) => exactlyOne(judge(slots, run))
    case 'andSequence':
      // The order of events is not among the facts, so a sequence is at best unknown.
      return (slots, run) => (conjunction(judge(slots, run)) === FALSE ? FALSE : UNKNOWN)
  }
}

function compileControl(atom: Atom, vocabulary: Vocabulary): Check {
  const [bound, companion] = boundsOfAtom(atom, vocabulary)
  if (bound === undefined) return () => UNKNOWN
  if (companion !== undefined) {
    return (_, { capabilities }) =>
      conjunction([honoursBound(bound, capabilities), honoursBound(companion, capabilities)])
  }
  const { operand, min, max, terms } = bound
  const { index } = operand
  if (terms !== undefined) return (_, { capabilities }) => honoursTerms(capabilities, index, terms)
  return (_, { capabilities }) => honoursRange(capabilities, index, min, max)
}

function compileState({ key, index, limit, atom }: StateCheck): Check {
  const { name, increment: usual } = atom.operand
  return (_, { counters, request }) => {
    const used = usedAt(index, key, counters)
    const increment = request.increments?.get(name) ?? usual
    if (used === undefined || increment === undefined) return UNKNOWN
    return used + increment <= limit ? TRUE : FALSE
  }
}
