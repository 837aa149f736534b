import { constraintForm } from './canonical-policy.ts'
import { type Check, compileChecks, type StateCheck, stateCheckOf } from './checks.ts'
import { type CompiledPolicy, type CompiledRule, EVERY_ASSET, EVERY_PARTY } from './compiled.ts'
import { ControlSet, controlsOfAtoms } from './control-set.ts'
import { dutyTermsOf } from './duties.ts'
import { type Atom, atomsOf, type Constraint, type Policy, type Rule } from './policy.ts'
import type { Vocabulary } from './vocabulary.ts'
import { LAYERS } from './vocabulary-document.ts'

const EVERY_ACTION = -1

/** Where a rule comes from: its own policy, or an ancestor of the policy that carries it. */
export interface Origin {
  readonly owner: CompiledPolicy
  readonly source: Policy
  readonly generation: number
  /** One set of controls for all rules of the snapshot that impose the same. */
  readonly controls: Map<string, ControlSet>
  /** One check for all rules that ask the same. */
  readonly checks: Map<string, Check>
}

/** Compiles one rule; `index` is its place in the snapshot. */
export function compileRule(
  rule: Rule,
  origin: Origin,
  index: number,
  vocabulary: Vocabulary,
): CompiledRule {
  const { owner, source, generation } = origin
  const { policy } = owner
  const key = (generation === 0 ? '' : `${policy.id}>`) + source.id + rule.id
  const constraints = judgingOrder(rule.constraints)
  const compiled = (kept: (constraint: Constraint) => boolean) =>
    compileChecks(constraints.filter(kept), key, vocabulary, origin.checks)
  const [reading, imposed] = [compiled(isRead), compiled(isControl)]
  const atoms = atomsOf(constraints)
  const duties = dutyTermsOf(rule.effect === 'permit' ? rule : undefined, policy)
  const preDuties = duties.filter(({ phase }) => phase === 'pre')
  return {
    assignee: (generation === 0 ? rule.assignee : undefined) ?? policy.assignee ?? EVERY_PARTY,
    checks: [...reading, ...imposed],
    reading: reading.length,
    preDuties: preDuties.length === 0 ? undefined : preDuties,
    special: owner.special,
    prohibits: rule.effect === 'prohibit',
    layer: LAYERS.indexOf(policy.layer),
    controls: controlsOf(atoms, vocabulary, origin.controls),
    index,
    rule,
    key,
    owner,
    generation,
    covers: coveredBy(rule, owner, vocabulary),
    target: ownTarget(rule, policy, generation),
    constraints,
    states: countersOfRule(atoms, key),
    duties,
  }
}

/** A policy whose parent is not there stands in the way of every action. */
function coveredBy(rule: Rule, owner: CompiledPolicy, { actions }: Vocabulary): number {
  return owner.resolved ? (actions.get(rule.action)?.covers ?? 0) : EVERY_ACTION
}

function ownTarget(rule: Rule, policy: Policy, generation: number): string {
  return (generation === 0 ? rule.target : undefined) ?? policy.target ?? EVERY_ASSET
}

/** One instance for all rules that impose the same, so that meets of it are remembered. */
function controlsOf(
  atoms: readonly Atom[],
  vocabulary: Vocabulary,
  shared: Map<string, ControlSet>,
): ControlSet {
  const set = controlsOfAtoms(atoms, vocabulary)
  if (set === ControlSet.NONE) return set
  const known = shared.get(set.key)
  if (known === undefined) shared.set(set.key, set)
  return known ?? set
}

/** One counter per key: where a rule bounds the same counter twice, the stricter bound stands. */
function countersOfRule(atoms: readonly Atom[], key: string): readonly StateCheck[] {
  const states = new Map<string, StateCheck>()
  for (const atom of atoms) {
    if (atom.operand.kind !== 'state') continue
    const state = stateCheckOf(atom, key)
    const own = states.get(state.key)
    if (own === undefined || state.limit < own.limit) states.set(state.key, state)
  }
  return [...states.values()]
}

function judgingOrder(constraints: readonly Constraint[]): readonly Constraint[] {
  const ordered = constraints.map(withOrderedParts)
  if (ordered.length < 2) return ordered
  return ordered
    .map((constraint) => ({ constraint, text: JSON.stringify(constraintForm(constraint)) }))
    .sort((a, b) => cost(a.constraint) - cost(b.constraint) || (a.text < b.text ? -1 : 1))
    .map(({ constraint }) => constraint)
}

/** Parts of a compound in one order too, except where the order is the meaning. */
function withOrderedParts(constraint: Constraint): Constraint {
  if (constraint.kind === 'atom') return constraint
  const { kind, parts } = constraint
  return { ...constraint, parts: kind === 'andSequence' ? parts : judgingOrder(parts) }
}

function isControl(constraint: Constraint): boolean {
  return constraint.kind === 'atom' && constraint.operand.kind === 'control'
}

function isRead(constraint: Constraint): boolean {
  return !isControl(constraint)
}

/** Cheap and selective first; controls last, since they read nothing. */
function cost(constraint: Constraint): number {
  if (constraint.kind !== 'atom') return 10 + constraint.parts.length
  const { kind, type } = constraint.operand
  if (kind === 'control') return 1000
  if (kind === 'state') return 8
  return type === 'terms' ? 4 : typeof constraint.bound === 'object' ? 3 : 2
}
