import type { CompiledPolicy } from './compiled.ts'
import type { JudgedRule } from './decision.ts'
import { conjunction, disjunction, FALSE, TRUE, type Truth } from './truth.ts'

/**
 * How one policy stands towards one request, where its rules cannot be judged one by one: it
 * inherits, its parent is not there, or any conflict inside it voids it.
 */
export class PolicyStanding {
  /** The permissions that hold or might hold, of every generation. */
  readonly permits: JudgedRule[] = []
  prohibited: Truth = FALSE
  readonly #owner: CompiledPolicy
  /** Per generation: false until one of its permissions covers the action and holds. */
  readonly #generations: (Truth | undefined)[]

  constructor(owner: CompiledPolicy) {
    this.#owner = owner
    this.#generations = Array.from({ length: owner.generations }, () => undefined)
  }

  add(judged: JudgedRule): void {
    const { rule, truth } = judged
    if (rule.prohibits) this.prohibited = disjunction([this.prohibited, truth])
    else {
      const own = this.#generations[rule.generation] ?? FALSE
      this.#generations[rule.generation] = disjunction([own, truth])
      if (truth !== FALSE) this.permits.push(judged)
    }
  }

  /** Each generation that permits the action at all must permit this request. */
  get permitted(): Truth {
    const stated = this.#generations.filter((truth) => truth !== undefined)
    return stated.length === 0 ? FALSE : conjunction(stated)
  }

  /** Whether some permission covers the action at all, even one that does not hold. */
  get statesPermission(): boolean {
    return this.#generations.some((truth) => truth !== undefined)
  }

  /** Void: a parent is missing or changed, or ODRL's `invalid` strategy met a conflict. */
  get isVoid(): boolean {
    if (!this.#owner.resolved) return true
    const conflict = this.prohibited === TRUE && this.permitted === TRUE
    return this.#owner.policy.conflict === 'invalid' && conflict
  }
}
