/** The shape of `vocabulary.json`: what one entry must say so that nothing else has to. */

export type OperatorName =
  | 'eq'
  | 'neq'
  | 'lt'
  | 'lteq'
  | 'gt'
  | 'gteq'
  | 'isAnyOf'
  | 'isNoneOf'
  | 'isAllOf'
  | 'isPartOf'
  | 'hasPart'
  | 'isA'

/** Layers (授权层) in the fixed order in which the first failing one names a refusal. */
export const LAYERS = [
  'platform',
  'comprehensive',
  'domain',
  'owner',
  'contract',
  'consent',
] as const
export type Layer = (typeof LAYERS)[number]

/** Whether the value is read (fact, shape), imposed (control) or reserved (state). */
export type Kind = 'fact' | 'shape' | 'control' | 'state'

/**
 * `integer`, `decimal` (scaled), `dateTime`, `time`, `duration`, `boolean` and `level` (ordinal)
 * are one safe integer inside the engine; `term` and `tree` one string; `terms` a sorted set.
 */
export type ValueType =
  | 'integer'
  | 'decimal'
  | 'dateTime'
  | 'time'
  | 'duration'
  | 'boolean'
  | 'level'
  | 'term'
  | 'terms'
  | 'tree'

/** How two bounds of a control combine: always to the stricter one. */
export type Direction = 'up' | 'down' | 'intersect' | 'ordinal' | 'equal'

/** `enforced`: Baotu makes it true. `metered`: it counts. `attested`: somebody said so. */
export type EnforcementClass = 'enforced' | 'metered' | 'attested'

/** Who supplies the value. A fact from any other source is not accepted. */
export type FactSource =
  | 'directory'
  | 'credential'
  | 'request'
  | 'consent'
  | 'plan'
  | 'guard'
  | 'catalogue'
  | 'clock'
  | 'ledger'
  | 'policy'

/** `public`: may be shown to the asker. `hash-only`: as digest. `provider-only`: never. */
export type Visibility = 'public' | 'hash-only' | 'provider-only'

export interface Label {
  readonly zh: string
  readonly en: string
}

export interface OperandEntry {
  readonly kind: Kind
  readonly type: ValueType
  readonly operators: readonly OperatorName[]
  readonly direction?: Direction
  readonly phase: 'request' | 'plan' | 'result' | 'post'
  readonly class: EnforcementClass
  readonly source: FactSource
  readonly visibility: Visibility
  readonly label: Label
  /** Bounds of the literal as written (before scaling). */
  readonly min?: number
  readonly max?: number
  /** Decimal places kept: the engine's integer is value × 10^scale. */
  readonly scale?: number
  readonly unit?: string
  readonly unitRequired?: boolean
  /** Whether `unit` states a counting window (P1D). */
  readonly window?: 'required' | 'optional'
  /** What one use adds to a state operand when the request does not say. */
  readonly increment?: number
  /** The closed list of terms, or a named pattern for open ones. */
  readonly values?: readonly string[]
  readonly pattern?: string
  /** Ordinal levels, weakest first. */
  readonly levels?: readonly string[]
  readonly taxonomy?: string
  readonly aliases?: Readonly<Record<string, string>>
  /** A second bound that stands in the same constraint (`bt:n` beside `bt:dominanceShare`). */
  readonly companion?: { readonly member: string; readonly operand: string }
  readonly place?: 'duty'
  /** The constraint of the national dictionary (TC609-6-2025-15) that means the same. */
  readonly national?: string
  /** Codes of the national dictionary for the values. */
  readonly nationalValues?: Readonly<Record<string, string>>
}

export interface VocabularyDocument {
  readonly profile: string
  readonly version: string
  readonly contexts: readonly string[]
  readonly layers: Readonly<Record<Layer, { readonly label: Label }>>
  readonly statuses: readonly string[]
  readonly dutyPhases: Readonly<Record<string, { readonly label: Label }>>
  readonly operators: Readonly<
    Record<OperatorName, { readonly label: Label; readonly national: string }>
  >
  readonly actions: Readonly<
    Record<
      string,
      {
        readonly includedIn?: string
        readonly use: 'rule' | 'duty' | 'both'
        readonly omnibus?: boolean
        readonly national?: string
        readonly label: Label
      }
    >
  >
  readonly patterns: { readonly iri?: string } & Readonly<Record<string, string>>
  readonly operands: Readonly<Record<string, OperandEntry>>
  readonly taxonomies: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          { readonly broader?: string; readonly deprecated?: string; readonly label: Label }
        >
      >
    >
  >
  /** Code tables of the national dictionaries (TC609-6-2025-14, -15) and their known typos. */
  readonly national: {
    readonly kinds: Readonly<Record<'permission' | 'prohibition' | 'obligation', string>>
    readonly decisions: Readonly<
      Record<'allowed' | 'conditional' | 'denied' | 'defaultDenied', string>
    >
    readonly statuses: Readonly<Record<string, string>>
    /** Constraints that the engine cannot evaluate, and so refuses. */
    readonly inexpressible: readonly string[]
    readonly actionAliases: Readonly<Record<string, string>>
    readonly constraintAliases: Readonly<Record<string, string>>
    readonly memberAliases: Readonly<Record<string, string>>
  }
}
