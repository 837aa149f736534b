import type { CompiledPolicy, CompiledRule } from './compile.ts'
import { conjunction, disjunction, FALSE, TRUE, type Truth } from './truth.ts'

/**
 * How one policy stands towards one request, where its rules cannot be judged one by one: it
 * inherits, its parent is not there, or any conflict inside it voids it.
 */
export class PolicyStanding {
  /** The permissions that hold or might hold, of every generation. */
  readonly permits: { readonly rule: CompiledRule; readonly truth: Truth }[] = []
  prohibited: Truth = FALSE
  readonly #owner: CompiledPolicy
  /** Per generation: false until one of its permissions covers the action and holds. */
  readonly #generations: (Truth | undefined)[]

  constructor(owner: CompiledPolicy) {
    this.#owner = owner
    this.#generations = Array.from({ length: owner.generations }, () => undefined)
  }

  add(rule: CompiledRule, truth: Truth): void {
    if (rule.prohibits) this.prohibited = disjunction([this.prohibited, truth])
    else {
      const own = this.#generations[rule.generation] ?? FALSE
      this.#generations[rule.generation] = disjunction([own, truth])
      if (truth !== FALSE) this.permits.push({ rule, truth })
    }
  }

  /** Each generation that permits the action at all must permit this request. */
  get permitted(): Truth {
    const stated = this.#generations.filter((truth) => truth !== undefined)
    return stated.length === 0 ? FALSE : conjunction(stated)
  }

  /** Void: a parent is missing or changed, or ODRL's `invalid` strategy met a conflict. */
  get isVoid(): boolean {
    if (!this.#owner.resolved) return true
    const conflict = this.prohibited === TRUE && this.permitted === TRUE
    return this.#owner.policy.conflict === 'invalid' && conflict
  }
}
