import { digestOf } from '#crypto/digest'
import type { Check } from './checks.ts'
import { compileRule } from './compile-rule.ts'
import { type CompiledPolicy, type CompiledRule, EVERY_ASSET, type Snapshot } from './compiled.ts'
import type { ControlSet } from './control-set.ts'
import { PolicyError } from './errors.ts'
import { resolveInheritance } from './inherit.ts'
import type { Policy, Rule } from './policy.ts'
import { indexByTarget } from './rule-index.ts'
import { VOCABULARY, type Vocabulary } from './vocabulary.ts'
import { LAYERS } from './vocabulary-document.ts'

export type { CompiledPolicy, CompiledRule, Snapshot } from './compiled.ts'

const FIRST_LEAF = LAYERS.indexOf('contract')
const CONSENT = LAYERS.indexOf('consent')

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
  const shared = { controls: new Map<string, ControlSet>(), checks: new Map<string, Check>() }
  for (const policy of effective) {
    const { resolved, ancestors } = resolveInheritance(policy, byId)
    const special = !resolved || ancestors.length > 0 || policy.conflict === 'invalid'
    const owner = { policy, resolved, generations: ancestors.length + 1, special }
    compiled.set(policy.id, owner)
    for (const [generation, source] of [policy, ...ancestors].entries()) {
      for (const rule of inOrder(source.rules)) {
        rules.push(
          compileRule(rule, { owner, source, generation, ...shared }, rules.length, vocabulary),
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

/** By id, so that the order of writing leaves no trace. */
function inOrder(rules: readonly Rule[]): readonly Rule[] {
  return [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))
}
