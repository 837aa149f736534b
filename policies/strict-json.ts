import { visit } from 'jsonc-parser'
import { type Problems, pointerTo } from './errors.ts'
import { isJsonObject, type JsonValue } from './json-value.ts'
import { decimalText, parseDecimal } from './literal.ts'

/** Limits of one document. A city's policies are a few KiB each. */
export const MAX_DOCUMENT_BYTES = 1_048_576
export const MAX_DEPTH = 24
const MAX_NODES = 100_000
const MAX_TEXT = 16_384

/**
 * Parses one JSON document that must read the same everywhere: no comment, no repeated member, no
 * number that a double cannot hold exactly, no more than 1 MiB. Undefined after a problem.
 */
export function parseStrictJson(text: string, problems: Problems): JsonValue | undefined {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
    return problems.add('POLICY_TOO_LARGE', '', `more than ${MAX_DOCUMENT_BYTES} bytes`)
  }
  if (nesting(text) > MAX_DEPTH) {
    return problems.add('POLICY_TOO_DEEP', '', `nested deeper than ${MAX_DEPTH}`)
  }
  const value = parse(text, problems)
  if (value === undefined) return undefined
  const before = problems.found.length
  checkSource(text, problems)
  inspect(value, problems)
  return problems.found.length > before ? undefined : value
}

/**
 * Checks a value that another parser made (a request body): plain JSON, bounded depth and size,
 * no `__proto__` member, only text that cannot be mistaken for other text.
 */
export function inspect(value: unknown, problems: Problems): value is JsonValue {
  const before = problems.found.length
  const budget = { nodes: MAX_NODES }
  inspectAt(value, '', 0, problems, budget)
  return problems.found.length === before
}

function parse(text: string, problems: Problems): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return problems.add('POLICY_SYNTAX', '', `not JSON${placeOfError(text)}`)
  }
}

function placeOfError(text: string): string {
  let place = ''
  const onError = (_code: number, _offset: number, _length: number, line: number, at: number) => {
    if (place === '') place = `, line ${line + 1} column ${at + 1}`
  }
  visit(text, { onError }, { disallowComments: true })
  return place
}

function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted && code === 92) at++
    else if (code === 34) quoted = !quoted
    else if (quoted) continue
    else if (code === 91 || code === 123) deepest = Math.max(deepest, ++depth)
    else if (code === 93 || code === 125) depth--
  }
  return deepest
}

/** What only the text shows: repeated members, and numbers whose digits a double would change. */
function checkSource(text: string, problems: Problems): void {
  const open: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set())
    },
    onObjectEnd: () => {
      open.pop()
    },
    onObjectProperty: (name, _offset, _length, _line, _at, path) => {
      const names = open.at(-1)
      if (names?.has(name)) {
        problems.add('POLICY_DUPLICATE_KEY', pointerOf([...path(), name]), 'stands here twice')
      }
      names?.add(name)
    },
    onLiteralValue: (value, offset, length, _line, _at, path) => {
      if (typeof value === 'number' && !isExact(text.slice(offset, offset + length), value)) {
        problems.add('POLICY_VALUE', pointerOf(path()), 'a double cannot hold this number exactly')
      }
    },
  })
}

function isExact(source: string, value: number): boolean {
  const scaled = parseDecimal(source, 12)
  if (scaled === undefined) return Number.isSafeInteger(value) && source === String(value)
  return parseDecimal(decimalText(scaled, 12), 12) === parseDecimal(String(value), 12)
}

function pointerOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(pointerTo, '')
}

function inspectAt(
  value: unknown,
  pointer: string,
  depth: number,
  problems: Problems,
  budget: { nodes: number },
): void {
  if (--budget.nodes < 0) {
    if (budget.nodes === -1) problems.add('POLICY_TOO_LARGE', pointer, `over ${MAX_NODES} values`)
    return
  }
  if (depth > MAX_DEPTH) {
    problems.add('POLICY_TOO_DEEP', pointer, `nested deeper than ${MAX_DEPTH}`)
  } else if (typeof value === 'string') inspectText(value, pointer, problems)
  else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      inspectAt(item, pointerTo(pointer, at), depth + 1, problems, budget)
    }
  } else if (isJsonObject(value)) inspectObject(value, pointer, depth, problems, budget)
  else if (typeof value === 'number' ? !Number.isFinite(value) : !isPlain(value)) {
    problems.add('POLICY_SYNTAX', pointer, `${typeof value} is no JSON value`)
  }
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'boolean'
}

function inspectObject(
  value: object,
  pointer: string,
  depth: number,
  problems: Problems,
  budget: { nodes: number },
): void {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    problems.add('POLICY_SYNTAX', pointer, 'an object of a class is no JSON value')
    return
  }
  for (const [key, item] of Object.entries(value)) {
    const place = pointerTo(pointer, key)
    if (key === '__proto__') problems.add('POLICY_UNKNOWN_MEMBER', place, 'reserved name')
    else inspectText(key, place, problems)
    inspectAt(item, place, depth + 1, problems, budget)
  }
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/u
const FOREIGN = /[^\p{Script=Latin}\p{Script=Han}\p{Script=Common}\p{Script=Inherited}]/u

/** One look, one meaning: no invisible character, no look-alike script, no second composition. */
function inspectText(text: string, pointer: string, problems: Problems): void {
  if (text.length > MAX_TEXT) problems.add('POLICY_TOO_LARGE', pointer, `text over ${MAX_TEXT}`)
  else if (HIDDEN.test(text)) {
    problems.add('POLICY_UNSAFE_TEXT', pointer, 'holds an invisible or control character')
  } else if (FOREIGN.test(text)) {
    problems.add('POLICY_UNSAFE_TEXT', pointer, 'mixes in a script that looks like another')
  } else if (text.normalize('NFC') !== text || hasFullWidthLetters(text)) {
    problems.add('POLICY_UNSAFE_TEXT', pointer, 'is not in its one composed form')
  }
}

function hasFullWidthLetters(text: string): boolean {
  return /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|[\u{1d400}-\u{1d7ff}]/u.test(text)
}
