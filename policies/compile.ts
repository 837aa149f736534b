import { type Digest, digestOf } from '#crypto/digest'
import { constraintForm } from './canonical-policy.ts'
import { type Check, compileChecks, type StateCheck, stateCheckOf } from './checks.ts'
import { ControlSet, controlsOfAtoms } from './control-set.ts'
import { type DutyTerm, dutyTermsOf } from './duties.ts'
import { PolicyError } from './errors.ts'
import { resolveInheritance } from './inherit.ts'
import { type Atom, atomsOf, type Constraint, type Policy, type Rule } from './policy.ts'
import { VOCABULARY, type Vocabulary } from './vocabulary.ts'
import { LAYERS } from './vocabulary-document.ts'

/** Members of every collection: `urn:bt:collection:all` and `urn:bt:party:all`. */
export const EVERY_ASSET = 'urn:bt:collection:all'
const EVERY_ACTION = -1
const FIRST_LEAF = LAYERS.indexOf('contract')
const CONSENT = LAYERS.indexOf('consent')
export const EVERY_PARTY = 'urn:bt:party:all'

export interface CompiledPolicy {
  readonly policy: Policy
  /** False when an inherited or referenced policy is missing, changed or not active. */
  readonly resolved: boolean
  /** How many policies its rules come from: itself and each ancestor. */
  readonly generations: number
  /** True when rules cannot be judged one by one: inherited, unresolved or void on conflict. */
  readonly special: boolean
}

export interface CompiledRule {
  /** Position in `Snapshot.rules`: the number that traces carry. */
  readonly index: number
  readonly rule: Rule
  /** How the rule is named in counter keys: the policy it stands in, then its id. */
  readonly key: string
  /** The policy whose target and assignee apply: the child, for inherited rules. */
  readonly owner: CompiledPolicy
  /** 0 for the policy's own rules, 1… for those of each ancestor. */
  readonly generation: number
  readonly layer: number
  readonly prohibits: boolean
  readonly covers: number
  readonly target: string
  readonly assignee: string
  /** Whether the owner is `special`, so that its rules are judged together. */
  readonly special: boolean
  /** The constraints in one order, whatever the author's. */
  readonly constraints: readonly Constraint[]
  /** What they compile to; two bounds on one number are one check. */
  readonly checks: readonly Check[]
  /** How many of the checks read something; the rest are controls, which come last. */
  readonly reading: number
  readonly states: readonly StateCheck[]
  readonly preDuties: readonly DutyTerm[]
  /** Shared between rules that impose the same controls. */
  readonly controls: ControlSet
  readonly duties: readonly DutyTerm[]
}

/** Rules that may apply to one target and action, by layer; long lists are split by assignee. */
export interface RuleList {
  readonly rules: readonly CompiledRule[]
  readonly byAssignee: ReadonlyMap<string, readonly CompiledRule[]> | undefined
}

/** By the position of the action's bit; undefined where there is no rule. */
export type TargetRules = readonly (RuleList | undefined)[]

/** An immutable set of policies (策略快照), ready to decide. Hot reload swaps one reference to it. */
export interface Snapshot {
  /** Over the sorted ids and digests of the policies in it. */
  readonly digest: Digest
  readonly vocabulary: Vocabulary
  readonly policies: ReadonlyMap<string, CompiledPolicy>
  readonly rules: readonly CompiledRule[]
  /** Rules of the ceiling layers (all but contract and consent). */
  readonly byTarget: ReadonlyMap<string, TargetRules>
  /** The rules on every asset: those of `EVERY_ASSET`. */
  readonly everywhere: TargetRules
  /** Rules of the consent layer, by the subject that consents. */
  readonly bySubject: ReadonlyMap<string, TargetRules>
  readonly byPolicy: ReadonlyMap<string, readonly CompiledRule[]>
}

export interface CompileOptions {
  /** Which statuses take effect: `active`, unless a draft is tried out beside the active set. */
  readonly statuses?: readonly Policy['status'][]
  readonly vocabulary?: Vocabulary
}

/**
 * Compiles policies into a snapshot: inheritance resolved, constraints turned into closures, rules
 * indexed by layer and target. The order of the policies does not matter. Refuses with
 * `POLICY_DUPLICATE_ID` two policies of one id and with `POLICY_INHERITANCE` a cycle; a parent that
 * is missing or does not match its pin loads, but makes its child's layer INDETERMINATE. A parent
 * that is not pinned is pinned to the one in this snapshot.
 */
export function compile(policies: readonly Policy[], options: CompileOptions = {}): Snapshot {
  const vocabulary = options.vocabulary ?? VOCABULARY
  const statuses = options.statuses ?? ['active']
  const effective = [...policies]
    .filter(({ status, type }) => statuses.includes(status) && type === 'Agreement')
    .sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
  const byId = indexById(effective)
  const rules: CompiledRule[] = []
  const compiled = new Map<string, CompiledPolicy>()
  const controls = new Map<string, ControlSet>()
  for (const policy of effective) {
    const { resolved, ancestors } = resolveInheritance(policy, byId)
    const special = !resolved || ancestors.length > 0 || policy.conflict === 'invalid'
    const owner = { policy, resolved, generations: ancestors.length + 1, special }
    compiled.set(policy.id, owner)
    for (const [generation, source] of [policy, ...ancestors].entries()) {
      for (const rule of inOrder(source.rules)) {
        rules.push(
          compileRule(rule, { owner, source, generation, controls }, rules.length, vocabulary),
        )
      }
    }
  }
  const digest = digestOf(
    'baotu/snapshot/v1',
    effective.map(({ id, digest }) => [id, digest]),
  )
  const ceilings = rules.filter(({ layer }) => layer < FIRST_LEAF)
  const byTarget = indexByTarget(ceilings)
  const bySubject = indexByTarget(rules.filter(({ layer }) => layer === CONSENT))
  const everywhere = byTarget.get(EVERY_ASSET) ?? []
  const byPolicy = Map.groupBy(rules, policyOf)
  return {
    digest,
    vocabulary,
    policies: compiled,
    rules,
    byTarget,
    everywhere,
    bySubject,
    byPolicy,
  }
}

function policyOf({ owner }: CompiledRule): string {
  return owner.policy.id
}

function indexById(policies: readonly Policy[]): ReadonlyMap<string, Policy> {
  const byId = new Map<string, Policy>()
  for (const policy of policies) {
    if (byId.has(policy.id)) {
      const reason = 'two active policies share this id'
      throw new PolicyError({ code: 'POLICY_DUPLICATE_ID', pointer: '/@id', reason })
    }
    byId.set(policy.id, policy)
  }
  return byId
}

/** Where a rule comes from: its own policy, or an ancestor of the policy that carries it. */
interface Origin {
  readonly owner: CompiledPolicy
  readonly source: Policy
  readonly generation: number
  readonly controls: Map<string, ControlSet>
}

/** By effect and id, so that the order of writing leaves no trace. */
function inOrder(rules: readonly Rule[]): readonly Rule[] {
  return [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function compileRule(
  rule: Rule,
  origin: Origin,
  index: number,
  vocabulary: Vocabulary,
): CompiledRule {
  const { owner, source, generation } = origin
  const { policy } = owner
  const key = (generation === 0 ? '' : `${policy.id}>`) + source.id + rule.id
  const constraints = judgingOrder(rule.constraints)
  const reading = compileChecks(constraints.filter(isRead), key, vocabulary)
  const imposed = compileChecks(constraints.filter(isControl), key, vocabulary)
  const atoms = atomsOf(constraints)
  const duties = dutyTermsOf(rule.effect === 'permit' ? rule : undefined, policy)
  return {
    index,
    rule,
    key,
    owner,
    generation,
    layer: LAYERS.indexOf(policy.layer),
    prohibits: rule.effect === 'prohibit',
    covers: coveredBy(rule, owner, vocabulary),
    target: ownTarget(rule, policy, generation),
    assignee: (generation === 0 ? rule.assignee : undefined) ?? policy.assignee ?? EVERY_PARTY,
    constraints,
    special: owner.special,
    checks: [...reading, ...imposed],
    reading: reading.length,
    states: countersOfRule(atoms, key),
    preDuties: duties.filter(({ phase }) => phase === 'pre'),
    controls: controlsOf(atoms, vocabulary, origin.controls),
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

function indexByTarget(rules: readonly CompiledRule[]): ReadonlyMap<string, TargetRules> {
  const byTarget = Map.groupBy(rules, ({ target }) => target)
  return new Map([...byTarget].map(([target, list]) => [target, indexByAction(list)]))
}

function indexByAction(rules: readonly CompiledRule[]): TargetRules {
  const sorted = [...rules].sort((a, b) => a.layer - b.layer || a.index - b.index)
  return Array.from({ length: 32 }, (_, action) => {
    const list = sorted.filter(({ covers }) => (covers & (1 << action)) !== 0)
    return list.length === 0 ? undefined : ruleList(list)
  })
}

function ruleList(rules: readonly CompiledRule[]): RuleList {
  const long = rules.length > 8
  return { rules, byAssignee: long ? Map.groupBy(rules, ({ assignee }) => assignee) : undefined }
}
