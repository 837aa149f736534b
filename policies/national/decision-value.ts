import type { DecisionCode } from '../decision.ts'
import { VOCABULARY } from '../vocabulary.ts'

/**
 * The decision value (TC609-6-2025-15) of a decision: allowed (允许), conditional (有条件允许: perform
 * the duty and ask again), denied (拒绝: a prohibition holds) or default-denied (默认拒绝: nothing
 * permits it, or it could not be judged).
 */
export function nationalDecision(code: DecisionCode): string {
  const { decisions } = VOCABULARY.document.national
  switch (code) {
    case 'PERMIT':
      return decisions.allowed
    case 'PENDING_DUTY':
      return decisions.conditional
    case 'DENY_PROHIBITED':
      return decisions.denied
    default:
      return decisions.defaultDenied
  }
}
