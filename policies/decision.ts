import type { Capabilities } from './capabilities.ts'
import type { Reservation } from './checks.ts'
import type { Snapshot } from './compile.ts'
import type { ControlView } from './control-set.ts'
import type { Counters } from './counters.ts'
import type { DutyTerm } from './duties.ts'
import type { Facts } from './facts.ts'
import type { Grant } from './grant.ts'
import type { DecisionRequest } from './request.ts'
import type { Layer } from './vocabulary-document.ts'

/**
 * What a decision says. Public API: each stands in docs/errors.md and is never renamed.
 * `INDETERMINATE{D}`: a prohibition could not be judged. `INDETERMINATE{P}`: the permission could
 * not be judged. `INDETERMINATE`: a policy is void or its pinned parent is not there.
 */
export const DECISION_CODES = [
  'PERMIT',
  'DENY_PROHIBITED',
  'INDETERMINATE{D}',
  'INDETERMINATE',
  'PENDING_DUTY',
  'INDETERMINATE{P}',
  'DENY_NO_PERMIT',
  'DENY_UNSATISFIABLE_CONTROLS',
] as const
export type DecisionCode = (typeof DECISION_CODES)[number]

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
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** All that a decision was made of: deciding again over these gives the same bytes. */
export interface DecisionInputs {
  readonly request: DecisionRequest
  readonly snapshot: Snapshot
  readonly facts: Facts
  readonly counters: Counters
  readonly capabilities: Capabilities
}

/** A decision (裁决). A refusal is an answer, so it is a value and never thrown. */
export class Decision {
  readonly decision: 'permit' | 'deny'
  readonly code: DecisionCode
  /** The first layer, in the fixed order, that did not permit. */
  readonly layer: Layer | undefined
  /** Positions in `OUTCOMES`, one per layer. */
  readonly outcomes: readonly number[]
  /**
   * Two numbers per judged rule: its index in `Snapshot.rules`, and its truth plus 4 × (1 + the
   * index of the constraint that settled it), 0 where none did.
   */
  readonly trace: readonly number[]
  /** What must be reserved before anything runs; empty on a refusal. */
  readonly reservations: readonly Reservation[]
  readonly grant: Grant
  readonly inputs: DecisionInputs

  constructor(
    code: DecisionCode,
    layer: Layer | undefined,
    judged: Pick<Decision, 'outcomes' | 'trace' | 'reservations' | 'grant'>,
    inputs: DecisionInputs,
  ) {
    this.decision = code === 'PERMIT' ? 'permit' : 'deny'
    this.code = code
    this.layer = layer
    this.outcomes = judged.outcomes
    this.trace = judged.trace
    this.reservations = judged.reservations
    this.grant = judged.grant
    this.inputs = inputs
  }

  /** The controls to keep, by operand name, strictest of all layers; empty on a refusal. */
  get controls(): ControlView {
    return this.grant.controls.view
  }

  /** The duties that come with the permit; empty on a refusal. */
  get duties(): readonly DutyTerm[] {
    return this.grant.duties
  }

  /** The answer without its inputs: what may be logged. */
  toJSON() {
    const { decision, code, layer, controls, duties, reservations } = this
    return { decision, code, layer, controls, duties, reservations }
  }
}
