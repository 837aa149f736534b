import type { DecisionCode } from '../decision.ts'
import { VOCABULARY } from '../vocabulary.ts'

/**
 * The decision value (TC609-6-2025-15) of a decision: permit, deny, conditional (a duty must come
 * first; perform it and ask again) or indeterminate (it could not be judged).
 */
export function nationalDecision(code: DecisionCode): string {
  const { decisions } = VOCABULARY.document.national
  switch (code) {
    case 'PERMIT':
      return decisions.permit
    case 'PENDING_DUTY':
      return decisions.conditional
    case 'INDETERMINATE':
    case 'INDETERMINATE{D}':
    case 'INDETERMINATE{P}':
      return decisions.indeterminate
    default:
      return decisions.deny
  }
}
