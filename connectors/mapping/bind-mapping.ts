import type { Column, Dimension, Product } from '#protocol/messages/product'
import { MappingError, type MappingProblem, type MappingProblemCode } from './errors.ts'
import {
  type DecimalExpression,
  type FlagExpression,
  readDecimal,
  readFlag,
  readText,
  suggestion,
  type TextExpression,
} from './expression.ts'
import type { FieldRule } from './mapping-schema.ts'
import { decimalShift } from './measure-units.ts'
import type { Mapping } from './read-mapping.ts'

/** A row's cell becomes a value, refuses the source, or leaves the row out of the relation. */
export type RowRule = 'refuse' | 'skip-row'

/** Codes become their index in the product's list of categories. */
export interface BoundDimension {
  readonly role: 'dimension'
  readonly name: string
  readonly codes: readonly string[]
  readonly from: TextExpression
  readonly empty: RowRule | { readonly index: number }
  readonly other: RowRule | { readonly index: number }
}

/** A whole number in the product's unit: an amount to add up or a grid to filter by. */
export interface BoundNumber {
  readonly role: 'grid' | 'amount'
  readonly name: string
  readonly from: DecimalExpression & { readonly scale: number }
  readonly empty: RowRule | 'zero'
}

export interface BoundFlag {
  readonly role: 'flag'
  readonly name: string
  readonly from: FlagExpression
  readonly empty: RowRule | 'zero'
}

export type BoundField = BoundDimension | BoundNumber | BoundFlag

/** A mapping that fits its product as far as one can tell without looking at data. */
export interface BoundMapping {
  readonly mapping: Mapping
  readonly maxUnits: bigint
  readonly key: TextExpression
  readonly group: TextExpression | undefined
  readonly emptyUnit: RowRule
  /** Dimensions and grids of the product, then the columns of the part, in the product's order. */
  readonly fields: readonly BoundField[]
}

/** Largest absolute amount of a unit of analysis that stays exact everywhere: 2^80. */
export const WIDEST_RANGE = 1n << 80n

/**
 * Fits a mapping to a product: every dimension, grid and column of the part mapped, with rules that
 * make sense for its kind. Throws `MAPPING_REFUSED` with everything that is wrong.
 */
export function bindMapping(mapping: Mapping, product: Product): BoundMapping {
  const part = product.parts.find(({ name }) => name === mapping.part)
  if (part === undefined) {
    const known = product.parts.map(({ name }) => name)
    const text = `part \`${mapping.part}\` is not in the product${suggestion(mapping.part, known)}`
    throw refusal([{ code: 'PART_UNKNOWN', field: 'part', text }])
  }
  const problems: MappingProblem[] = []
  const wanted = wantedFields(product, part.name)
  problems.push(...unknownFields(mapping, [...wanted.keys()]))
  const fields = [...wanted].flatMap(([name, bind]) => {
    const rule = mapping.fields[name]
    if (rule !== undefined) return bind(rule, problems) ?? []
    problems.push(problem('FIELD_UNMAPPED', name, 'is not mapped'))
    return []
  })
  if (problems.length > 0) throw refusal(problems)
  const { key, group, null: emptyUnit = 'refuse' } = mapping.unit
  return {
    mapping,
    maxUnits: BigInt(part.maxUnits),
    key: readText(key, 'unit'),
    group: group && readText(group, 'unit'),
    emptyUnit,
    fields,
  }
}

/** The one error for a mapping that does not fit its product or its data. */
export function refusal(problems: readonly MappingProblem[]): MappingError {
  return new MappingError('MAPPING_REFUSED', 'the mapping does not fit', problems)
}

type Bind = (rule: FieldRule, problems: MappingProblem[]) => BoundField | undefined

function wantedFields(product: Product, part: string): ReadonlyMap<string, Bind> {
  const columns = product.columns.filter((column) => column.part === part)
  return new Map<string, Bind>([
    ...product.dimensions.map((one): [string, Bind] => [
      one.name,
      (...args) => bindDimension(one, ...args),
    ]),
    ...product.grids.map(({ name }): [string, Bind] => [
      name,
      (...args) => bindNumber('grid', name, 0, ...args),
    ]),
    ...columns.map((one): [string, Bind] => [one.name, (...args) => bindColumn(one, ...args)]),
  ])
}

function unknownFields(mapping: Mapping, known: readonly string[]): MappingProblem[] {
  const strays = Object.keys(mapping.fields).filter((name) => !known.includes(name))
  return strays.map((name) => {
    return problem('FIELD_UNKNOWN', name, `is not in the product${suggestion(name, known)}`)
  })
}

function bindDimension(
  { name, categories }: Dimension,
  rule: FieldRule,
  problems: MappingProblem[],
): BoundDimension {
  const codes = categories.map(({ code }) => code)
  if (new Set(codes).size < codes.length) {
    problems.push(problem('CODE_UNKNOWN', name, 'has a category twice in the product'))
  }
  if (rule.unit !== undefined) problems.push(misplaced(name, 'unit'))
  const indexed = (text: string | undefined): BoundDimension['empty'] => {
    if (text === undefined || text === 'refuse' || text === 'skip-row') return text ?? 'refuse'
    const code = text.replace(/^category:/, '')
    const index = text === 'zero' ? -1 : codes.indexOf(code)
    if (index >= 0) return { index }
    const reason = text === 'zero' ? 'has no zero' : `has no category \`${code}\``
    problems.push(problem('CODE_UNKNOWN', name, `${reason}${suggestion(code, codes)}`))
    return 'refuse'
  }
  const from = readText(rule.from, name)
  return {
    role: 'dimension',
    name,
    codes,
    from,
    empty: indexed(rule.null),
    other: indexed(rule.other),
  }
}

function bindColumn(column: Column, rule: FieldRule, problems: MappingProblem[]) {
  const { name, kind, range, unit } = column
  if (kind === 'flag') return bindFlag(name, rule, problems)
  if (range === undefined) {
    problems.push(problem('RANGE_MISSING', name, 'has no range in the product'))
  } else if (!fitsWidest(range)) {
    problems.push(problem('RANGE_TOO_WIDE', name, 'has a range that is reversed or beyond 2^80'))
  }
  const shift = rule.unit === undefined ? 0 : decimalShift(rule.unit, unit ?? '')
  if (shift === undefined) {
    const text = `is in \`${unit ?? 'no unit'}\`: \`${rule.unit}\` does not convert to it`
    problems.push(problem('UNIT_UNKNOWN', name, text))
  }
  return bindNumber('amount', name, shift ?? 0, { ...rule, unit: undefined }, problems)
}

function fitsWidest(range: readonly [string, string]): boolean {
  const [lower, upper] = [BigInt(range[0]), BigInt(range[1])]
  return lower <= upper && lower >= -WIDEST_RANGE && upper <= WIDEST_RANGE
}

function bindNumber(
  role: 'grid' | 'amount',
  name: string,
  shift: number,
  rule: Omit<FieldRule, 'unit'> & { readonly unit?: string | undefined },
  problems: MappingProblem[],
): BoundNumber {
  const from = readDecimal(rule.from, name)
  if (rule.unit !== undefined) problems.push(misplaced(name, 'unit'))
  if (from.scale !== undefined && shift > 0 && from.scale !== shift) {
    const text = `takes \`scale\` ${shift} for its unit, not ${from.scale}`
    problems.push(problem('UNIT_UNKNOWN', name, text))
  }
  const scaled = { ...from, scale: from.scale ?? shift }
  return { role, name, from: scaled, empty: numberRule(name, rule, problems) }
}

function bindFlag(name: string, rule: FieldRule, problems: MappingProblem[]): BoundFlag {
  if (rule.unit !== undefined) problems.push(misplaced(name, 'unit'))
  const from = readFlag(rule.from, name)
  return { role: 'flag', name, from, empty: numberRule(name, rule, problems) }
}

function numberRule(name: string, rule: Pick<FieldRule, 'null' | 'other'>, to: MappingProblem[]) {
  if (rule.other !== undefined) to.push(misplaced(name, 'other'))
  const { null: empty = 'refuse' } = rule
  if (empty === 'zero' || empty === 'skip-row' || empty === 'refuse') return empty
  to.push(problem('CODE_UNKNOWN', name, 'has no categories'))
  return 'refuse'
}

function misplaced(field: string, rule: string): MappingProblem {
  return problem('RULE_NOT_APPLICABLE', field, `takes no \`${rule}\``)
}

function problem(code: MappingProblemCode, field: string, text: string): MappingProblem {
  return { code, field, text: `field \`${field}\` ${text}` }
}
