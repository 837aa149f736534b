import type { Capabilities } from './capabilities.ts'
import { type Reservation, reservationOf } from './checks.ts'
import type { CompiledRule, Snapshot } from './compiled.ts'
import { ControlSet, type ControlView } from './control-set.ts'
import type { Counters } from './counters.ts'
import { type DutyTerm, joinDuties } from './duties.ts'
import type { Facts } from './facts.ts'
import type { DecisionRequest } from './request.ts'
import { FALSE, TRUE, type Truth } from './truth.ts'
import type { Layer } from './vocabulary-document.ts'

/**
 * What a decision says. Public API: each stands in docs/errors.md and is never renamed.
 * `INDETERMINATE{D}`: a prohibition could not be judged. `INDETERMINATE{P}`: the permission could
 * not be judged. `INDETERMINATE`: a policy is void or its pinned parent is not there.
 */
export type DecisionCode =
  | 'PERMIT'
  | 'DENY_PROHIBITED'
  | 'INDETERMINATE{D}'
  | 'INDETERMINATE'
  | 'PENDING_DUTY'
  | 'INDETERMINATE{P}'
  | 'DENY_NO_PERMIT'
  | 'DENY_UNSATISFIABLE_CONTROLS'

/** Given by the enforcer, not by `decide`: the ledger could not reserve what was permitted. */
export const DENY_LIMIT = 'DENY_LIMIT'

/** How one layer answered: `ok` is the platform's silence, `skipped` a layer nobody required. */
export const OUTCOMES = [
  'skipped',
  'ok',
  'PERMIT',
  'DENY_PROHIBITED',
  'INDETERMINATE{D}',
  'INDETERMINATE',
  'PENDING_DUTY',
  'INDETERMINATE{P}',
  'DENY_NO_PERMIT',
] as const satisfies readonly (DecisionCode | 'skipped' | 'ok')[]
export type Outcome = (typeof OUTCOMES)[number]

/** All that a decision was made of: deciding again over these gives the same bytes. */
export interface DecisionInputs {
  readonly request: DecisionRequest
  readonly snapshot: Snapshot
  readonly facts: Facts
  readonly counters: Counters
  readonly capabilities: Capabilities
}

/** One judged rule and, through `previous`, those judged before it. */
export class JudgedRule {
  readonly rule: CompiledRule
  readonly truth: Truth
  /** What it grants in the end: nothing, its permit, or in doubt only its controls and duties. */
  grants: Truth
  readonly previous: JudgedRule | undefined

  constructor(rule: CompiledRule, truth: Truth, previous: JudgedRule | undefined) {
    this.rule = rule
    this.truth = truth
    this.grants = FALSE
    this.previous = previous
  }
}

/** What judging the rules has shown, beside what they were judged over. */
export interface Judged extends DecisionInputs {
  /** The trace: the rule judged last, which leads to all others. */
  readonly last: JudgedRule | undefined
  /** One outcome per layer, four bits each, the platform lowest. */
  readonly outcomes: number
  /** The meet over all rules that grant or might grant. */
  readonly controls: ControlSet
}

/** A decision (裁决). A refusal is an answer, so it is a value and never thrown. */
export class Decision {
  readonly decision: 'permit' | 'deny'
  readonly code: DecisionCode
  /** The first layer, in the fixed order, that did not permit. */
  readonly layer: Layer | undefined
  readonly judged: Judged

  constructor(code: DecisionCode, layer: Layer | undefined, judged: Judged) {
    this.decision = code === 'PERMIT' ? 'permit' : 'deny'
    this.code = code
    this.layer = layer
    this.judged = judged
  }

  get inputs(): DecisionInputs {
    return this.judged
  }

  /** The controls to keep, strictest of all layers; none on a refusal. */
  get controlSet(): ControlSet {
    return this.decision === 'permit' ? this.judged.controls : ControlSet.NONE
  }

  /** The same by operand name. */
  get controls(): ControlView {
    return this.controlSet.view
  }

  /** The judged rules, in the order of judging. */
  get trace(): readonly JudgedRule[] {
    const trace: JudgedRule[] = []
    for (let at = this.judged.last; at !== undefined; at = at.previous) trace.push(at)
    return trace.reverse()
  }

  /** The duties that come with the permit; none on a refusal. */
  get duties(): readonly DutyTerm[] {
    if (this.decision === 'deny') return []
    const granting = this.trace.filter(({ grants }) => grants !== FALSE)
    return joinDuties(granting.flatMap(({ rule }) => rule.duties))
  }

  /** What must be reserved, all or none, before anything runs; nothing on a refusal. */
  get reservations(): readonly Reservation[] {
    if (this.decision === 'deny') return []
    const { increments } = this.inputs.request
    const states = this.trace.flatMap(({ rule, grants }) => (grants === TRUE ? rule.states : []))
    return states
      .map((state) => reservationOf(state, increments))
      .filter((one) => one !== undefined)
  }

  /** The answer without its inputs: what may be logged. */
  toJSON() {
    const { decision, code, layer, controls, duties, reservations } = this
    return { decision, code, layer, controls, duties, reservations }
  }
}

/** The outcome of one layer out of the packed outcomes. */
export function outcomeAt(outcomes: number, layer: number): Outcome {
  return OUTCOMES[(outcomes >> (layer * 4)) & 15] ?? 'INDETERMINATE'
}
