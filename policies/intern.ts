/**
 * The one shared instance of a text. Property names are unique inside the JavaScript engine, so
 * two interned texts compare by their address: decisions compare texts all the time, and intern
 * them once when policies, facts and requests are read. The engine frees what nobody holds.
 */
export function intern(text: string): string {
  for (const shared in { [text]: 0 }) return shared
  return text
}
