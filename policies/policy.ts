import type { Digest } from '#crypto/digest'
import type { Scalar } from './value.ts'
import type { Operand } from './vocabulary.ts'
import type { Layer, OperatorName } from './vocabulary-document.ts'

/** A reference to another policy by its id, pinned to its content: `id#sha256-…`. */
export interface Pin {
  readonly id: string
  /** Undefined where the author has not pinned it yet; such a policy never takes effect. */
  readonly digest: Digest | undefined
}

/** `leftOperand operator rightOperand`. The bound is a value of the operand, sets sorted. */
export interface Atom {
  readonly kind: 'atom'
  readonly id: string | undefined
  readonly operand: Operand
  readonly operator: OperatorName
  /** One value, or for set operators the sorted values. */
  readonly bound: Scalar | readonly Scalar[]
  /** A counting window or a currency; undefined where the operand has none. */
  readonly unit: string | undefined
  /** The second bound of the vocabulary's `companion`, such as n of the dominance rule. */
  readonly companion: number | undefined
  readonly pointer: string
}

/** `and`, `or`, `xone` (exactly one), `andSequence` (all, in this order). */
export interface Compound {
  readonly kind: 'and' | 'or' | 'xone' | 'andSequence'
  readonly id: string | undefined
  readonly parts: readonly Constraint[]
  readonly pointer: string
}

export type Constraint = Atom | Compound

/** A duty (义务) of a permission: what must be done, by when, to whose benefit. */
export interface Duty {
  readonly id: string | undefined
  readonly action: string
  readonly phase: string
  readonly beneficiary: string | undefined
  readonly constraints: readonly Atom[]
  readonly pointer: string
}

export interface Rule {
  readonly id: string
  readonly effect: 'permit' | 'prohibit'
  readonly action: string
  /** Narrower than the policy's own where stated. */
  readonly target: string | undefined
  readonly assignee: string | undefined
  readonly constraints: readonly Constraint[]
  readonly duties: readonly Duty[]
  readonly pointer: string
}

/** A policy (策略) that has been read, typed and hashed. */
export interface Policy {
  readonly id: string
  readonly type: 'Agreement' | 'Offer'
  readonly layer: Layer
  readonly version: string
  readonly status: 'draft' | 'shadow' | 'active' | 'suspended' | 'revoked'
  /** `invalid` only in imports that state no strategy: any conflict voids the whole policy. */
  readonly conflict: 'prohibit' | 'invalid'
  readonly target: string | undefined
  readonly assigner: string | undefined
  readonly assignee: string | undefined
  readonly inherits: readonly Pin[]
  readonly authorizations: readonly Pin[]
  readonly rules: readonly Rule[]
  readonly obligations: readonly Duty[]
  readonly title: string | undefined
  readonly note: string | undefined
  readonly timestamp: string | undefined
  /** Digest of the canonical form, label `baotu/policy/v1`. */
  readonly digest: Digest
}

/** Every atom of a constraint tree, in the order written. */
export function atomsOf(constraints: readonly Constraint[]): readonly Atom[] {
  return constraints.flatMap((constraint) =>
    constraint.kind === 'atom' ? [constraint] : atomsOf(constraint.parts),
  )
}
