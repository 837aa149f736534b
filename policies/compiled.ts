import type { Digest } from '#crypto/digest'
import type { Check, StateCheck } from './checks.ts'
import type { ControlSet } from './control-set.ts'
import type { DutyTerm } from './duties.ts'
import type { Constraint, Policy, Rule } from './policy.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Members of every collection: `urn:bt:collection:all` and `urn:bt:party:all`. */
export const EVERY_ASSET = 'urn:bt:collection:all'
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
  readonly preDuties: readonly DutyTerm[] | undefined
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
