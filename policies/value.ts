import type { PolicyErrorCode } from './errors.ts'
import { intern } from './intern.ts'
import { isJsonObject, type JsonValue } from './json-value.ts'
import {
  decimalText,
  durationText,
  instantText,
  parseDecimal,
  parseDuration,
  parseInstant,
  parseTime,
  timeText,
} from './literal.ts'
import type { Operand } from './vocabulary.ts'

/**
 * One value inside the engine: a safe integer (numbers scaled, instants and durations in ms, times
 * in s, levels and booleans as their position), one term, or a sorted set without repetition.
 */
export type Scalar = number | string
export type Value = Scalar | readonly string[]

/** Why a literal is no value of its operand; the reason never repeats the literal. */
export class Unreadable {
  readonly code: PolicyErrorCode
  readonly reason: string

  constructor(code: PolicyErrorCode, reason: string) {
    this.code = code
    this.reason = reason
  }
}

const NUMERIC = new Set(['integer', 'decimal', 'dateTime', 'time', 'duration', 'boolean', 'level'])

/** True where values of the operand are integers inside the engine. */
export function isNumeric(operand: Operand): boolean {
  return NUMERIC.has(operand.type)
}

/**
 * Reads one literal as a single value of the operand: a JSON string, number or boolean, or a typed
 * literal `{"@value", "@type"}` of a fitting type. For a set operand, one of its terms.
 */
export function readScalar(operand: Operand, literal: JsonValue): Scalar | Unreadable {
  const text = lexical(operand, literal)
  if (text instanceof Unreadable) return text
  if (!isNumeric(operand)) return readTerm(operand, text)
  const value = readNumber(operand, text)
  if (value === undefined) return new Unreadable('POLICY_VALUE', expected(operand))
  return withinBounds(operand, value) ? value : new Unreadable('POLICY_VALUE', expected(operand))
}

/** Reads a set: one literal or an array of at most 10,000, sorted, repetitions removed. */
export function readSet(operand: Operand, literal: JsonValue): readonly Scalar[] | Unreadable {
  const items = Array.isArray(literal) ? literal : [literal]
  if (items.length > 10_000) return new Unreadable('POLICY_VALUE', 'more than 10,000 terms')
  const values = new Set<Scalar>()
  for (const item of items) {
    const value = readScalar(operand, item)
    if (value instanceof Unreadable) return value
    values.add(value)
  }
  return [...values].sort(compareScalars)
}

/** The canonical literal of a value: typed for numbers and instants, plain for terms. */
export function literalOf(operand: Operand, value: Scalar): JsonValue {
  if (typeof value === 'string') return value
  switch (operand.type) {
    case 'dateTime':
      return { '@type': 'xsd:dateTime', '@value': instantText(value) }
    case 'decimal':
      return { '@type': 'xsd:decimal', '@value': decimalText(value, operand.scale ?? 0) }
    case 'boolean':
      return { '@type': 'xsd:boolean', '@value': String(value === 1) }
    case 'integer':
      return { '@type': 'xsd:integer', '@value': String(value) }
    default:
      return plainText(operand, value)
  }
}

/** The value as a person writes it: `0.5`, `P90D`, `dual`, `2026-01-01T00:00:00Z`. */
export function plainText(operand: Operand, value: Scalar): string {
  if (typeof value === 'string') return value
  switch (operand.type) {
    case 'dateTime':
      return instantText(value)
    case 'decimal':
      return decimalText(value, operand.scale ?? 0)
    case 'duration':
      return durationText(value)
    case 'time':
      return timeText(value)
    case 'boolean':
      return String(value === 1)
    case 'level':
      return operand.levels?.[value] ?? String(value)
    default:
      return String(value)
  }
}

/** Numbers by size, terms by code unit: the order of JCS, the same on every machine. */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function lexical(operand: Operand, literal: JsonValue): string | Unreadable {
  if (typeof literal === 'string') return literal
  if (typeof literal === 'number' || typeof literal === 'boolean') return String(literal)
  if (!isJsonObject(literal)) return wrongType(operand)
  const { '@value': value, '@type': type, ...rest } = literal
  if (typeof value !== 'string' || Object.keys(rest).length > 0) return wrongType(operand)
  if (type !== undefined && !fits(operand, type)) return wrongType(operand)
  return value
}

const FITTING: Readonly<Record<Operand['type'], readonly string[]>> = {
  integer: ['xsd:integer', 'xsd:nonNegativeInteger', 'xsd:int', 'xsd:long'],
  decimal: ['xsd:decimal', 'xsd:integer', 'xsd:double'],
  dateTime: ['xsd:dateTime', 'xsd:dateTimeStamp'],
  time: ['xsd:time', 'xsd:string'],
  duration: ['xsd:duration', 'xsd:dayTimeDuration'],
  boolean: ['xsd:boolean'],
  level: ['xsd:string'],
  term: ['xsd:string', 'xsd:anyURI'],
  terms: ['xsd:string', 'xsd:anyURI'],
  tree: ['xsd:string', 'xsd:anyURI'],
}

function fits(operand: Operand, type: JsonValue): boolean {
  return typeof type === 'string' && FITTING[operand.type].includes(type)
}

function readNumber(operand: Operand, text: string): number | undefined {
  switch (operand.type) {
    case 'dateTime':
      return parseInstant(text)
    case 'duration':
      return parseDuration(text)
    case 'time':
      return parseTime(text)
    case 'boolean':
      return text === 'true' ? 1 : text === 'false' ? 0 : undefined
    case 'level': {
      const level = operand.levels?.indexOf(text) ?? -1
      return level < 0 ? undefined : level
    }
    default:
      return parseDecimal(text, operand.scale ?? 0)
  }
}

function withinBounds(operand: Operand, value: number): boolean {
  const factor = 10 ** (operand.scale ?? 0)
  if (operand.min !== undefined && value < operand.min * factor) return false
  return operand.max === undefined || value <= operand.max * factor
}

function readTerm(operand: Operand, text: string): string | Unreadable {
  const { aliases = {} } = operand
  const term = Object.hasOwn(aliases, text) ? (aliases[text] as string) : text
  if (isKnownTerm(operand, term)) return intern(term)
  return new Unreadable('POLICY_UNKNOWN_TERM', expected(operand))
}

function isKnownTerm(operand: Operand, term: string): boolean {
  if (operand.values !== undefined) return operand.values.includes(term)
  if (operand.narrower !== undefined) return operand.narrower.has(term)
  return term.length <= 512 && (operand.shape?.test(term) ?? true)
}

function wrongType(operand: Operand): Unreadable {
  return new Unreadable('POLICY_WRONG_TYPE', expected(operand))
}

function expected(operand: Operand): string {
  const { name, type, values, levels, min, max, scale, taxonomy, pattern } = operand
  if (values !== undefined) return `${name} takes one of: ${values.join(', ')}`
  if (levels !== undefined) return `${name} takes one of: ${levels.join(', ')}`
  if (taxonomy !== undefined) return `${name} takes a term of the taxonomy ${taxonomy}`
  if (pattern !== undefined) return `${name} takes a term of the form ${pattern}`
  const range =
    min === undefined && max === undefined ? '' : ` from ${min ?? '-∞'} to ${max ?? '∞'}`
  const places = type === 'decimal' ? ` with at most ${scale ?? 0} decimal places` : ''
  return `${name} takes a ${type}${range}${places}`
}
