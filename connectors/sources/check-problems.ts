import type { BoundField } from '#connectors/mapping/bind-mapping'
import type { MappingProblem } from '#connectors/mapping/errors'
import type { Place, RowField } from './row-sql.ts'

/**
 * What one place's row of counts says: `row` holds the place, two totals, then two counts per field.
 */
export function rowProblems(
  row: readonly string[],
  fields: readonly RowField[],
  places: readonly Place[],
): MappingProblem[] {
  const file = places[Number(row[0])]?.name ?? ''
  return fields.flatMap((field, index) => {
    const [empty, bad] = [BigInt(row[3 + 2 * index] ?? '0'), BigInt(row[4 + 2 * index] ?? '0')]
    const problems: MappingProblem[] = []
    if (empty > 0n) problems.push(emptyCells(field, file, empty))
    if (bad > 0n) problems.push(unusable(field, file, bad))
    return problems
  })
}

/** More units than the proof against overflow was made for. */
export function tooManyUnits(units: bigint, maxUnits: bigint): MappingProblem {
  const text = `${units} units of analysis, the product allows ${maxUnits} at one holder`
  return { code: 'TOO_MANY_UNITS', field: 'unit', rows: units, text }
}

function emptyCells(field: RowField, file: string, rows: bigint): MappingProblem {
  const text = `${placeOf(field, file)}: ${rows} rows are empty and the mapping has no \`null\` rule`
  return { code: 'EMPTY_CELLS', field: field.name, file, ...columnIn(field), rows, text }
}

function unusable(field: RowField, file: string, rows: bigint): MappingProblem {
  const role = field.bound?.role
  const code = role === 'dimension' ? 'CODE_OUTSIDE_DOMAIN' : 'VALUE_NOT_CONVERTIBLE'
  const text = `${placeOf(field, file)}: ${rows} rows ${reasonOf(role)}`
  return { code, field: field.name, file, ...columnIn(field), rows, text }
}

function reasonOf(role: BoundField['role'] | undefined): string {
  if (role === 'dimension')
    return 'hold a code outside the domain and the mapping has no `other` rule'
  if (role === 'flag') return 'hold neither 1 or true nor 0 or false: `map` them'
  const advice = '`thousands`, `currency`, `parentheses`, `scientific` or `rounding` may be missing'
  return `cannot be converted exactly: ${advice}`
}

function placeOf(field: RowField, file: string): string {
  const { column } = columnIn(field)
  return `field \`${field.name}\`${column ? `, column \`${column}\`` : ''} in ${file}`
}

function columnIn({ columns }: RowField): { column?: string } {
  return columns.length === 0 ? {} : { column: columns.join('`, `') }
}
