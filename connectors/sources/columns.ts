import { type BoundMapping, refusal } from '#connectors/mapping/bind-mapping'
import type { MappingProblem } from '#connectors/mapping/errors'
import { columnsOf, suggestion } from '#connectors/mapping/expression'

/** A column as a file or relation declares it. */
export interface DeclaredColumn {
  readonly name: string
  /** False for types that no expression reads: nested, binary, 4-byte floats, money. */
  readonly isReadable: boolean
}

/**
 * Every column that the mapping reads must stand in the place under exactly that name, once, in a
 * readable type. Returns what is wrong, with the near name where there is one.
 */
export function columnProblems(
  bound: BoundMapping,
  place: string,
  declared: readonly DeclaredColumn[],
): MappingProblem[] {
  const uses: [string, readonly string[]][] = [
    ['unit', [bound.key, bound.group].flatMap((part) => (part ? columnsOf(part) : []))],
    ...bound.fields.map(({ name, from }): [string, readonly string[]] => [name, columnsOf(from)]),
  ]
  return uses.flatMap(([field, columns]) => {
    return [...new Set(columns)].flatMap((column) => {
      return columnProblem(field, column, place, declared) ?? []
    })
  })
}

/** Throws `MAPPING_REFUSED` where there is anything to mend. */
export function refuseProblems(problems: readonly MappingProblem[]): void {
  if (problems.length > 0) throw refusal(problems)
}

/** All columns that a mapping reads. */
export function columnsRead({ key, group, fields }: BoundMapping): ReadonlySet<string> {
  const expressions = [key, ...(group ? [group] : []), ...fields.map(({ from }) => from)]
  return new Set(expressions.flatMap(columnsOf))
}

function columnProblem(
  field: string,
  column: string,
  file: string,
  declared: readonly DeclaredColumn[],
): MappingProblem | undefined {
  const found = declared.filter(({ name }) => name === column)
  const where = { field, file, column }
  const text = `field \`${field}\`: column \`${column}\``
  if (found.length > 1) {
    const reason = `stands ${found.length} times in ${file}`
    return { ...where, code: 'COLUMN_AMBIGUOUS', text: `${text} ${reason}` }
  }
  if (found.length === 0) {
    const names = declared.map(({ name }) => name)
    const single = declared.length === 1 ? ', which has one column: is `delimiter` right?' : ''
    const reason = `not found in ${file}${suggestion(column, names) || single}`
    return { ...where, code: 'COLUMN_MISSING', text: `${text} ${reason}` }
  }
  if (found[0]?.isReadable) return undefined
  const advice = 'make it text, a whole number, an exact decimal or a double'
  const reason = `in ${file} has a type that is not read, or may not be read: ${advice}`
  return { ...where, code: 'COLUMN_TYPE', text: `${text} ${reason}` }
}
