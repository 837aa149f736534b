import { JsonError, type JsonPosition } from './json-error.ts'
import { diagnose, locate } from './json-places.ts'

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

export interface JsonLimits {
  /** Default 1 MiB. */
  readonly maxBytes?: number
  /** Objects and lists inside each other. Default 64. */
  readonly maxDepth?: number
}

export interface JsonDocument {
  readonly value: JsonValue
  /**
   * Where the member or item named by an RFC 6901 pointer begins: a member at its key, a list item
   * and the whole at its value. A pointer that leads nowhere gives the nearest parent that exists.
   */
  positionOf(pointer: string): JsonPosition
}

/**
 * Strict RFC 8259 and I-JSON (RFC 7493): no comments, no trailing comma, no byte order mark, no
 * duplicate key, no `__proto__`, no lone surrogate, no number that a double cannot hold exactly as
 * an integer. What passes means the same to every reader, so it can be signed and hashed.
 *
 * One pass over the characters and one over the value; places are worked out only when asked for.
 *
 * @throws JsonError
 */
export function parseJsonText(source: Uint8Array | string, limits: JsonLimits = {}): JsonDocument {
  const text = decode(source, limits.maxBytes ?? 1_048_576)
  const members = countMembers(text, limits.maxDepth ?? 64)
  const value = parseStrictly(text)
  if (countSafe(value) !== members) throw diagnose(text)
  return { value, positionOf: (pointer) => locate(text, pointer) }
}

function decode(source: Uint8Array | string, maxBytes: number): string {
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.length
  if (size > maxBytes) throw new JsonError('JSON_TOO_LARGE', `more than ${maxBytes} bytes`)
  const text = typeof source === 'string' ? source : decodeUtf8(source)
  if (text.startsWith('\ufeff')) throw new JsonError('JSON_BOM', 'byte order mark')
  return text
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new JsonError('JSON_NOT_UTF8', 'bytes are not UTF-8')
  }
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

// Outside of strings every colon is one member, so a duplicate key shows as a missing member.
function countMembers(text: string, maxDepth: number): number {
  let members = 0
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit === QUOTE) index = endOfString(text, index)
    else if (unit === COLON) members += 1
    else if (unit === 0x7b || unit === 0x5b) depth += 1
    else if (unit === 0x7d || unit === 0x5d) depth -= 1
    if (depth > maxDepth) throw tooDeep(text, index, maxDepth)
  }
  return members
}

function endOfString(text: string, start: number): number {
  let index = start + 1
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1
  }
  return index
}

function tooDeep(text: string, index: number, maxDepth: number): JsonError {
  return new JsonError('JSON_TOO_DEEP', `more than ${maxDepth} levels`, { text, offset: index })
}

function parseStrictly(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    throw diagnose(text)
  }
}

/** Members of a value; NaN, which equals no count, as soon as anything in it is unsafe. */
function countSafe(value: JsonValue): number {
  if (typeof value === 'string') return value.isWellFormed() ? 0 : Number.NaN
  if (typeof value === 'number') return isExact(value) ? 0 : Number.NaN
  if (typeof value !== 'object' || value === null) return 0
  return isList(value) ? countItems(value) : countObject(value)
}

function countItems(list: readonly JsonValue[]): number {
  let count = 0
  for (const item of list) count += countSafe(item)
  return count
}

function countObject(object: { readonly [key: string]: JsonValue }): number {
  if (Object.hasOwn(object, '__proto__')) return Number.NaN
  let count = 0
  for (const [key, item] of Object.entries(object)) count += 1 + countSafe(key) + countSafe(item)
  return count
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}
