/** What a code means and what to do about it, in both languages of the house. */
export interface Told {
  readonly title: { readonly zh: string; readonly en: string }
  readonly hint: { readonly zh: string; readonly en: string }
}

/** A code that can reach a wire. */
export interface WireProblem extends Told {
  /** HTTP status, 400 to 599. */
  readonly status: number
}

type Pair = readonly [zh: string, en: string]

/** One row of a table of codes: its title, and what to do. */
export function told([zh, en]: Pair, [zhHint, enHint]: Pair): Told {
  return { title: { zh, en }, hint: { zh: zhHint, en: enHint } }
}

/** One row of a table of codes that reach a wire. */
export function wire(status: number, title: Pair, hint: Pair): WireProblem {
  return { status, ...told(title, hint) }
}
