import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { tokensOf } from './json-pointer.ts'

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Why a text is not the JSON that we read. Public: listed in docs/errors.md, never renamed. */
export type JsonErrorCode =
  | 'JSON_TOO_LARGE'
  | 'JSON_TOO_DEEP'
  | 'JSON_BOM'
  | 'JSON_NOT_UTF8'
  | 'JSON_SYNTAX'
  | 'JSON_DUPLICATE_KEY'
  | 'JSON_FORBIDDEN_KEY'
  | 'JSON_UNSAFE_NUMBER'
  | 'JSON_LONE_SURROGATE'

/** A place in a text: both from 1; the column counts UTF-16 units, as editors do. */
export interface JsonPosition {
  readonly line: number
  readonly column: number
}

/** The message names the place and the rule, never what stands there. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly code: JsonErrorCode
  readonly position: JsonPosition

  constructor(code: JsonErrorCode, rule: string, position: JsonPosition = { line: 1, column: 1 }) {
    super(`${rule} at ${position.line}:${position.column}`)
    this.code = code
    this.position = position
  }
}

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
 * @throws JsonError
 */
export function parseJsonText(source: Uint8Array | string, limits: JsonLimits = {}): JsonDocument {
  const text = decode(source, limits.maxBytes ?? 1_048_576)
  refuseDeep(text, limits.maxDepth ?? 64)
  const root = parseStrictly(text)
  refuseUnsafe(text, root)
  const positionOf = (pointer: string) => locate(text, root, pointer)
  return { value: JSON.parse(text), positionOf }
}

function decode(source: Uint8Array | string, maxBytes: number): string {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source
  if (bytes.length > maxBytes) {
    throw new JsonError('JSON_TOO_LARGE', `more than ${maxBytes} bytes`)
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new JsonError('JSON_BOM', 'byte order mark')
  }
  if (typeof source === 'string') return source
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonError('JSON_NOT_UTF8', 'bytes are not UTF-8')
  }
}

// The tree parser recurses, so the depth is bounded by the scanner, which does not.
function refuseDeep(text: string, maxDepth: number): void {
  const scanner = createScanner(text, true)
  let depth = 0
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset()
    depth += DEPTH_STEPS.get(text.charAt(offset)) ?? 0
    if (depth > maxDepth) {
      throw new JsonError('JSON_TOO_DEEP', `more than ${maxDepth} levels`, positionAt(text, offset))
    }
  }
}

const DEPTH_STEPS = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
])

function parseStrictly(text: string): Node {
  const errors: ParseError[] = []
  const options = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false }
  const root = parseTree(text, errors, options)
  const first = errors[0]
  if (first) {
    const place = positionAt(text, first.offset)
    throw new JsonError('JSON_SYNTAX', printParseErrorCode(first.error), place)
  }
  if (!root || !isAcceptedByEngine(text)) throw new JsonError('JSON_SYNTAX', 'not JSON')
  return root
}

// Two parsers must agree: whatever one of them would let through is refused.
function isAcceptedByEngine(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function refuseUnsafe(text: string, node: Node): void {
  const place = () => positionAt(text, node.offset)
  if (node.type === 'number' && !isExact(node.value)) {
    throw new JsonError('JSON_UNSAFE_NUMBER', 'number beyond 2^53, write it as a string', place())
  }
  if (node.type === 'string' && !node.value.isWellFormed()) {
    throw new JsonError('JSON_LONE_SURROGATE', 'string is not Unicode', place())
  }
  if (node.type === 'object') refuseKeys(text, node)
  for (const child of node.children ?? []) refuseUnsafe(text, child)
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function refuseKeys(text: string, object: Node): void {
  const seen = new Set<string>()
  for (const member of object.children ?? []) {
    const key: string = member.children?.[0]?.value
    const place = positionAt(text, member.offset)
    if (key === '__proto__') throw new JsonError('JSON_FORBIDDEN_KEY', 'key `__proto__`', place)
    if (seen.has(key)) throw new JsonError('JSON_DUPLICATE_KEY', 'key given twice', place)
    seen.add(key)
  }
}

function locate(text: string, root: Node, pointer: string): JsonPosition {
  const tokens = tokensOf(pointer)
  for (let length = tokens.length; length > 0; length -= 1) {
    const node = findPath(root, tokens.slice(0, length))
    if (node)
      return positionAt(text, node.parent?.type === 'property' ? node.parent.offset : node.offset)
  }
  return positionAt(text, root.offset)
}

// A pointer's token is an index where a list stands, a key everywhere else.
function findPath(root: Node, tokens: readonly string[]): Node | undefined {
  let node: Node | undefined = root
  for (const token of tokens) {
    if (!node) return undefined
    node = findNodeAtLocation(node, [node.type === 'array' ? Number(token) : token])
  }
  return node
}

function positionAt(text: string, offset: number): JsonPosition {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
