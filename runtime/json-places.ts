import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { JsonError, type JsonErrorCode, type JsonPosition, positionAt } from './json-error.ts'
import { tokensOf } from './json-pointer.ts'

/**
 * Finds the first offence in a text that was already refused, to say where it stands. The caller
 * has bounded the depth: this parser recurses.
 */
export function diagnose(text: string): JsonError {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, {
    disallowComments: true,
    allowTrailingComma: false,
    allowEmptyContent: false,
  })
  const first = errors[0]
  if (first)
    return new JsonError('JSON_SYNTAX', printParseErrorCode(first.error), { text, ...first })
  const offence = root && offenceIn(root)
  if (!offence) return new JsonError('JSON_SYNTAX', 'not JSON')
  return new JsonError(offence.code, offence.rule, { text, offset: offence.offset })
}

/** Where a pointer leads in a text that was read before; the nearest parent when it leads nowhere. */
export function locate(text: string, pointer: string): JsonPosition {
  const root = parseTree(text)
  const tokens = tokensOf(pointer)
  for (let length = tokens.length; length > 0; length -= 1) {
    const node = root && findPath(root, tokens.slice(0, length))
    if (node) return positionAt(text, startOf(node))
  }
  return positionAt(text, root?.offset ?? 0)
}

interface Offence {
  readonly code: JsonErrorCode
  readonly rule: string
  readonly offset: number
}

function offenceIn(node: Node): Offence | undefined {
  const { offset, type } = node
  if (type === 'number' && !isExact(node.value)) {
    return { code: 'JSON_UNSAFE_NUMBER', rule: 'number beyond 2^53, write it as a string', offset }
  }
  if (type === 'string' && !node.value.isWellFormed()) {
    return { code: 'JSON_LONE_SURROGATE', rule: 'string is not Unicode', offset }
  }
  const keys = type === 'object' ? keyOffence(node.children ?? []) : undefined
  return keys ?? firstOf(node.children ?? [], offenceIn)
}

function keyOffence(members: readonly Node[]): Offence | undefined {
  const seen = new Set<string>()
  return firstOf(members, ({ children, offset }) => {
    const key: string = children?.[0]?.value
    if (key === '__proto__') return { code: 'JSON_FORBIDDEN_KEY', rule: 'key `__proto__`', offset }
    if (seen.has(key)) return { code: 'JSON_DUPLICATE_KEY', rule: 'key given twice', offset }
    seen.add(key)
    return undefined
  })
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
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

function startOf(node: Node): number {
  return node.parent?.type === 'property' ? node.parent.offset : node.offset
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
