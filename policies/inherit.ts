import { pinText } from './canonical-policy.ts'
import { PolicyError } from './errors.ts'
import type { Pin, Policy } from './policy.ts'

export interface Inheritance {
  /** False when a pin names no active policy of the set, or another content. */
  readonly resolved: boolean
  /** Every policy inherited from, at any depth, each once, nearest first. */
  readonly ancestors: readonly Policy[]
}

/**
 * Follows `inheritFrom` to its end and checks `bt:authorizationRef`. An ancestor's rules are
 * copied; its permissions bound the child's: where an ancestor permits an action at all, each such
 * ancestor must permit the request too, so a child can only narrow. Refuses a cycle with
 * `POLICY_INHERITANCE`.
 */
export function resolveInheritance(policy: Policy, byId: ReadonlyMap<string, Policy>): Inheritance {
  const ancestors: Policy[] = []
  const resolved = collect(policy, byId, [policy.id], ancestors)
  const referenced = policy.authorizations.every((pin) => lookUp(pin, byId) !== undefined)
  return { resolved: resolved && referenced, ancestors }
}

function collect(
  policy: Policy,
  byId: ReadonlyMap<string, Policy>,
  path: readonly string[],
  ancestors: Policy[],
): boolean {
  let resolved = true
  for (const pin of policy.inherits) {
    if (path.includes(pin.id)) refuseCycle(policy, pin)
    const parent = lookUp(pin, byId)
    if (parent === undefined) resolved = false
    else if (!ancestors.includes(parent)) {
      ancestors.push(parent)
      resolved = collect(parent, byId, [...path, parent.id], ancestors) && resolved
    }
  }
  return resolved
}

function lookUp(pin: Pin, byId: ReadonlyMap<string, Policy>): Policy | undefined {
  const policy = byId.get(pin.id)
  return pin.digest === undefined || policy?.digest === pin.digest ? policy : undefined
}

function refuseCycle(policy: Policy, pin: Pin): never {
  const at = policy.inherits.map(pinText).indexOf(pinText(pin))
  throw new PolicyError({
    code: 'POLICY_INHERITANCE',
    pointer: `/inheritFrom/${at}`,
    reason: `inherits from itself through ${policy.inherits.length} step(s)`,
  })
}
