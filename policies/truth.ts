/** Kleene's three-valued logic (K3): doubt is a value of its own and never counts as false. */
export type Truth = 0 | 1 | 2

export const FALSE: Truth = 0
export const TRUE: Truth = 1
export const UNKNOWN: Truth = 2

/** False if any is false, else unknown if any is unknown, else true. */
export function conjunction(parts: readonly Truth[]): Truth {
  if (parts.includes(FALSE)) return FALSE
  return parts.includes(UNKNOWN) ? UNKNOWN : TRUE
}

/** True if any is true, else unknown if any is unknown, else false. */
export function disjunction(parts: readonly Truth[]): Truth {
  if (parts.includes(TRUE)) return TRUE
  return parts.includes(UNKNOWN) ? UNKNOWN : FALSE
}

/** True iff exactly one is true and none unknown; false once two are true or none can be. */
export function exactlyOne(parts: readonly Truth[]): Truth {
  const holding = parts.filter((part) => part === TRUE).length
  if (holding >= 2) return FALSE
  if (parts.includes(UNKNOWN)) return UNKNOWN
  return holding === 1 ? TRUE : FALSE
}
