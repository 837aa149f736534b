/** Why a mapping was refused. Public: listed in docs/errors.md, never renamed. */
export type MappingErrorCode = 'MAPPING_INVALID' | 'MAPPING_REFUSED'

/** One thing to mend, as a closed code. Public: listed in docs/errors.md, never renamed. */
export type MappingProblemCode =
  | 'CODE_OUTSIDE_DOMAIN'
  | 'CODE_UNKNOWN'
  | 'COLUMN_AMBIGUOUS'
  | 'COLUMN_MISSING'
  | 'COLUMN_TYPE'
  | 'EMPTY_CELLS'
  | 'EXPRESSION'
  | 'FIELD_UNKNOWN'
  | 'FIELD_UNMAPPED'
  | 'PART_UNKNOWN'
  | 'RANGE_MISSING'
  | 'RANGE_TOO_WIDE'
  | 'RULE_NOT_APPLICABLE'
  | 'TOO_MANY_UNITS'
  | 'UNIT_UNKNOWN'
  | 'VALUE_NOT_CONVERTIBLE'

/**
 * `text` names fields, files, columns and numbers of rows: configuration and sizes, never a value
 * that stands in the data. `field` is a field of the product, or `unit` for the unit of analysis.
 */
export interface MappingProblem {
  readonly code: MappingProblemCode
  readonly field: string
  readonly file?: string
  readonly column?: string
  /** How many rows are refused for this reason, where the data was read. */
  readonly rows?: bigint
  readonly text: string
}

/** Everything that is wrong with a mapping at once, one line for each problem. */
export class MappingError extends Error {
  override readonly name = 'MappingError'
  readonly code: MappingErrorCode
  readonly problems: readonly MappingProblem[]

  constructor(code: MappingErrorCode, message: string, problems: readonly MappingProblem[] = []) {
    super([message, ...problems.map(({ text }) => `  ${text}`)].join('\n'))
    this.code = code
    this.problems = problems
  }
}
