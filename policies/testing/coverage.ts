import { judgeAlone } from '../checks.ts'
import type { Snapshot } from '../compiled.ts'
import type { Decision } from '../decision.ts'
import { type Atom, atomsOf, type Policy, type Rule } from '../policy.ts'
import { TRUE, type Truth } from '../truth.ts'

/** Which truths one rule or constraint took over all cases. */
export interface Seen {
  readonly name: string
  readonly true: boolean
  readonly false: boolean
  readonly unknown: boolean
}

export interface CoverageReport {
  readonly rules: readonly Seen[]
  /** Facts, shapes and states only: a control is never false where the executor honours it. */
  readonly constraints: readonly Seen[]
  /** Share of rules that were active in some case. */
  readonly ruleCoverage: number
  /** Share of constraints that were true in one case and false in another. */
  readonly constraintTF: number
}

/** Records what every rule and constraint of a snapshot came to, case by case. */
export class Coverage {
  readonly #rules = new Map<Rule, Set<Truth>>()
  readonly #atoms = new Map<Atom, Set<Truth>>()
  readonly #names = new Map<Rule | Atom, string>()

  constructor({ policies }: Snapshot) {
    for (const { policy } of policies.values()) {
      for (const rule of policy.rules) this.#register(policy, rule)
    }
  }

  /** Takes in one decision over this snapshot. */
  add({ trace, inputs }: Decision): void {
    for (const judged of trace) {
      const { rule } = judged
      this.#rules.get(rule.rule)?.add(judged.truth)
      for (const atom of atomsOf(rule.constraints)) {
        const truth = judgeAlone(atom, rule.key, inputs.snapshot.vocabulary, inputs)
        this.#atoms.get(atom)?.add(truth)
      }
    }
  }

  report(): CoverageReport {
    const rules = [...this.#rules].map(([rule, truths]) => this.#seen(rule, truths))
    const constraints = [...this.#atoms].map(([atom, truths]) => this.#seen(atom, truths))
    const active = rules.filter((seen) => seen.true).length
    const both = constraints.filter((seen) => seen.true && seen.false).length
    return {
      rules,
      constraints,
      ruleCoverage: share(active, rules.length),
      constraintTF: share(both, constraints.length),
    }
  }

  #register(policy: Policy, rule: Rule): void {
    this.#rules.set(rule, new Set())
    this.#names.set(rule, `${policy.id}${rule.id}`)
    for (const atom of atomsOf(rule.constraints)) {
      if (atom.operand.kind === 'control') continue
      this.#atoms.set(atom, new Set())
      this.#names.set(atom, `${policy.id}${rule.id} ${atom.pointer} ${atom.operand.name}`)
    }
  }

  #seen(subject: Rule | Atom, truths: ReadonlySet<Truth>): Seen {
    const name = this.#names.get(subject) ?? ''
    return { name, true: truths.has(TRUE), false: truths.has(0), unknown: truths.has(2) }
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole
}
