import type { PolicyErrorCode } from '../errors.ts'
import type { Witness } from './witness.ts'

/** What lint can find. Public API: each stands in docs/policy-language.md and is never renamed. */
export type FindingCode =
  | PolicyErrorCode
  | 'LINT_UNSATISFIABLE'
  | 'LINT_REDUNDANT'
  | 'LINT_SHADOWED'
  | 'LINT_SWALLOWED'
  | 'LINT_OVERLAP'
  | 'LINT_DUTY_PROHIBITED'
  | 'LINT_WIDER_THAN_CEILING'
  | 'LINT_ALWAYS_DENIES'
  | 'LINT_ALWAYS_PERMITS'
  | 'LINT_EQUIVALENT'
  | 'LINT_CONTROL_CONFLICT'
  | 'LINT_UNREACHABLE_COHORT'
  | 'LINT_OMNIBUS'
  | 'LINT_NO_EXPIRY'
  | 'LINT_NO_CONSENT'
  | 'LINT_NO_EVIDENCE'
  | 'LINT_DEPRECATED_TERM'
  | 'LINT_EXPIRES_SOON'
  | 'LINT_DIFFERENCING'
  | 'LINT_MIXED_SET'
  | 'LINT_UNPINNED'
  | 'LINT_TOO_COMPLEX'

export type Severity = 'error' | 'warning' | 'info'

/** One finding of the static analysis (policy profile 5.6). */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  /** Which of the fifteen analyses of the profile found it. */
  readonly analysis: number
  readonly policy: string
  readonly rule?: string
  /** RFC 6901 pointer into the policy. */
  readonly pointer: string
  readonly zh: string
  readonly en: string
  /** Another rule that has to do with it, as `policy#rule`. */
  readonly related?: string
  /** A request that shows it; absent only where the policy could not be read at all. */
  readonly witness?: Witness
}
