/**
 * The one shared instance of a text. Property names are unique inside the JavaScript engine, so
 * two interned texts compare by their address: decisions compare texts all the time, and intern
 * them once when policies, facts and requests are read. The engine frees what nobody holds.
 */
export function intern(text: string): string {
  for (const shared in { [text]: 0 }) return shared
  return text
}

const LISTS = new Map<string, readonly string[]>()
const MOST_LISTS = 1024

/**
 * The one shared instance of a list of texts. Most requests name the same roles, regions, functions
 * and columns, and what many requests share stays in the processor's cache while they are decided.
 */
export function internList(texts: readonly string[]): readonly string[] {
  const key = JSON.stringify(texts)
  const shared = LISTS.get(key)
  if (shared !== undefined) return shared
  // INVARIANT: the memory is bounded; forgetting only costs time.
  if (LISTS.size >= MOST_LISTS) LISTS.clear()
  LISTS.set(key, texts)
  return texts
}
