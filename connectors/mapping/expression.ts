import { nearestWord } from '#runtime/nearest-word'
import { MappingError } from './errors.ts'
import type { RawExpression } from './mapping-schema.ts'

/** Gives text, or nothing where the cell is empty. */
export type TextExpression =
  | { readonly op: 'column'; readonly name: string }
  | { readonly op: 'constant'; readonly text: string }
  | { readonly op: 'trim' | 'upper' | 'halfwidth'; readonly of: TextExpression }
  | { readonly op: 'concat'; readonly of: readonly TextExpression[] }
  | { readonly op: 'coalesce'; readonly of: readonly TextExpression[] }
  | { readonly op: 'prefix' | 'suffix'; readonly of: TextExpression; readonly length: number }
  | {
      readonly op: 'split'
      readonly of: TextExpression
      readonly separator: string
      /** Which of the pieces, from 1. */
      readonly piece: number
    }
  | {
      readonly op: 'map'
      readonly of: TextExpression
      readonly codes: ReadonlyMap<string, string>
      readonly otherwise: string | undefined
    }
  | { readonly op: 'bands'; readonly of: DecimalExpression; readonly bands: readonly Band[] }

/** From `bound` upwards, up to the next band's bound. */
export interface Band {
  readonly bound: bigint
  readonly code: string
}

/** Gives the whole number text · 10^scale, exactly. */
export interface DecimalExpression {
  readonly op: 'decimal'
  readonly of: TextExpression
  /** Undefined: as many decimals as the field's unit takes. */
  readonly scale: number | undefined
  readonly thousands: string | undefined
  readonly point: string
  readonly parentheses: boolean
  readonly currency: readonly string[]
  /** Whether a cell may be written as `1.5e3`. */
  readonly scientific: boolean
  /** `half-up` rounds a half away from zero (四舍五入), `half-even` to the even neighbour. */
  readonly rounding: 'half-up' | 'half-even' | undefined
}

export type FlagExpression =
  | { readonly op: 'equals'; readonly of: TextExpression; readonly literal: string }
  | { readonly op: 'truth'; readonly of: TextExpression }

const OPERATORS = [
  'column',
  'constant',
  'trim',
  'upper',
  'halfwidth',
  'concat',
  'coalesce',
  'prefix',
  'suffix',
  'split',
  'map',
  'bands',
  'decimal',
  'equals',
] as const
const OPTIONS = [
  'scale',
  'thousands',
  'point',
  'parentheses',
  'currency',
  'scientific',
  'rounding',
] as const
type Operator = (typeof OPERATORS)[number]

/** Reads an expression that must give text. Throws `MAPPING_INVALID` naming the field. */
export function readText(raw: RawExpression, field: string): TextExpression {
  const op = operatorOf(raw, field)
  const inner = (of: RawExpression) => readText(of, field)
  if (op === 'column' && raw.column !== undefined) return { op, name: raw.column }
  if (op === 'constant' && raw.constant !== undefined) return { op, text: raw.constant }
  if (op === 'trim' && raw.trim) return { op, of: inner(raw.trim) }
  if (op === 'upper' && raw.upper) return { op, of: inner(raw.upper) }
  if (op === 'halfwidth' && raw.halfwidth) return { op, of: inner(raw.halfwidth) }
  if (op === 'concat' && raw.concat) return { op, of: raw.concat.map(inner) }
  if (op === 'coalesce' && raw.coalesce) return { op, of: raw.coalesce.map(inner) }
  if (op === 'prefix' && raw.prefix) return { op, of: inner(raw.prefix[0]), length: raw.prefix[1] }
  if (op === 'suffix' && raw.suffix) return { op, of: inner(raw.suffix[0]), length: raw.suffix[1] }
  if (op === 'split' && raw.split) {
    const [of, separator, piece] = raw.split
    return { op, of: inner(of), separator, piece }
  }
  if (op === 'map' && raw.map) return readMap(raw.map, field)
  if (op === 'bands' && raw.bands) return readBands(raw.bands, field)
  return refuse(field, `\`${op}\` gives no text`)
}

/** Reads an expression that must give a whole number; bare text is read as a plain decimal. */
export function readDecimal(raw: RawExpression, field: string): DecimalExpression {
  const written = operatorOf(raw, field) === 'decimal' ? raw.decimal : undefined
  const of = readText(written ?? raw, field)
  const { scale, thousands, point = '.', currency = [], rounding } = raw
  const { parentheses = false, scientific = false } = raw
  if (thousands === point) refuse(field, '`thousands` and `point` are the same mark')
  const marks = { thousands, point, parentheses, currency, scientific }
  return { op: 'decimal', of, scale, ...marks, rounding }
}

/** Reads an expression that must give a flag; bare text is read as 0, 1, true or false. */
export function readFlag(raw: RawExpression, field: string): FlagExpression {
  if (operatorOf(raw, field) === 'equals' && raw.equals) {
    const [of, literal] = raw.equals
    return { op: 'equals', of: readText(of, field), literal }
  }
  return { op: 'truth', of: readText(raw, field) }
}

/** Every column of the holder's data that an expression reads. */
export function columnsOf(
  expression: TextExpression | DecimalExpression | FlagExpression,
): readonly string[] {
  if (expression.op === 'column') return [expression.name]
  if (expression.op === 'constant') return []
  if (expression.op === 'concat' || expression.op === 'coalesce') {
    return expression.of.flatMap(columnsOf)
  }
  return columnsOf(expression.of)
}

function operatorOf(raw: RawExpression, field: string): Operator {
  const found = OPERATORS.filter((op) => Object.hasOwn(raw, op))
  const [op] = found
  if (op === undefined || found.length > 1) {
    return refuse(field, `an expression takes one operator, this one has ${found.length}`)
  }
  const stray = OPTIONS.find((option) => Object.hasOwn(raw, option))
  if (stray !== undefined && op !== 'decimal') refuse(field, `\`${stray}\` belongs to \`decimal\``)
  return op
}

function readMap([of, codes, otherwise]: NonNullable<RawExpression['map']>, field: string) {
  const map = new Map(Object.entries(codes))
  if (map.size === 0) refuse(field, '`map` names no code')
  return { op: 'map', of: readText(of, field), codes: map, otherwise } as const
}

function readBands([of, list]: NonNullable<RawExpression['bands']>, field: string) {
  const bands = list.map(([bound, code]) => ({ bound: BigInt(bound), code }))
  const ascends = bands.every(({ bound }, index) => {
    const before = bands[index - 1]
    return before === undefined || before.bound < bound
  })
  if (!ascends) refuse(field, 'the bounds of `bands` must ascend')
  return { op: 'bands', of: readDecimal(of, field), bands } as const
}

/** `, did you mean ...?` where a known name is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const meant = nearestWord(word.trim(), known)
  return meant === undefined ? '' : `, did you mean \`${meant}\`?`
}

function refuse(field: string, text: string): never {
  throw new MappingError('MAPPING_INVALID', `mapping of \`${field}\``, [
    { code: 'EXPRESSION', field, text },
  ])
}
