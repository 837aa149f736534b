import type { JsonDocument } from '#runtime/json-text'

/** What a space file can say that is well-formed and yet wrong. Public, see docs/errors.md. */
export type SpaceProblemCode =
  | 'SPACE_DID_TWICE'
  | 'SPACE_FILE_MISSING'
  | 'SPACE_HOLDER_MISSING'
  | 'SPACE_PART_UNKNOWN'
  | 'SPACE_PORTS_TOO_FEW'
  | 'SPACE_PRODUCT_TWICE'
  | 'SPACE_PRODUCT_UNKNOWN'
  | 'SPACE_ROSTER_WITHOUT_HOLDER'
  | 'SPACE_SOURCE_MISSING'
  | 'SPACE_SOURCE_TWICE'

/** One thing to mend in a space file. */
export interface SpaceProblem {
  readonly code: SpaceProblemCode
  /** RFC 6901, of what is wrong; of the holder where something is missing. */
  readonly pointer: string
  readonly line: number
  readonly column: number
  readonly text: string
}

/** All that is wrong with a space file at once, one line each, in the order of the file. */
export class SpaceError extends Error {
  override readonly name = 'SpaceError'
  readonly code = 'SPACE_INVALID'
  readonly problems: readonly SpaceProblem[]

  constructor(path: string, problems: readonly SpaceProblem[]) {
    const lines = problems.map(({ line, column, text }) => `  ${path}:${line}:${column} ${text}`)
    super([`${path} is not a space that can run`, ...lines].join('\n'))
    this.problems = problems
  }
}

/** A problem before its place is known. */
export interface FoundProblem {
  readonly code: SpaceProblemCode
  readonly pointer: string
  readonly text: string
}

/** Gives every problem its line and column, and all of them the order of the file. */
export function placeProblems(
  found: readonly FoundProblem[],
  document: JsonDocument,
): readonly SpaceProblem[] {
  return found
    .map((problem) => ({
      ...problem,
      ...document.positionOf(problem.pointer),
      text: `${problem.text} (${problem.pointer})`,
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
}
