// 允许, 有条件允许, and the policy engine's own word.
const PERMITTING: ReadonlySet<string> = new Set(['ALLOWED', 'CONDITIONAL', 'PERMIT'])

/** True when the code of a recorded decision says yes; every other code is a refusal. */
export function isPermitting(decision: string): boolean {
  return PERMITTING.has(decision)
}
