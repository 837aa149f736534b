import { visit } from 'jsonc-parser'
import { type PolicyErrorCode, type Problems, pointerTo } from './errors.ts'
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
  new Inspection(problems).visit(value)
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

/** One walk over a value; the place is only written out where something is wrong. */
class Inspection {
  readonly #problems: Problems
  readonly #path: (string | number)[] = []
  #nodes = 0

  constructor(problems: Problems) {
    this.#problems = problems
  }

  visit(value: unknown): void {
    if (++this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1) this.#add('POLICY_TOO_LARGE', `over ${MAX_NODES} values`)
    } else if (this.#path.length > MAX_DEPTH) {
      this.#add('POLICY_TOO_DEEP', `nested deeper than ${MAX_DEPTH}`)
    } else if (typeof value === 'string') this.#text(value)
    else if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) this.#step(at, value[at])
    } else if (isJsonObject(value)) this.#object(value)
    else if (typeof value === 'number' ? !Number.isFinite(value) : !isPlain(value)) {
      this.#add('POLICY_SYNTAX', `${typeof value} is no JSON value`)
    }
  }

  #step(name: string | number, value: unknown): void {
    this.#path.push(name)
    this.visit(value)
    this.#path.pop()
  }

  #object(value: object): void {
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      this.#add('POLICY_SYNTAX', 'an object of a class is no JSON value')
      return
    }
    for (const [key, item] of Object.entries(value)) {
      this.#path.push(key)
      if (key === '__proto__') this.#add('POLICY_UNKNOWN_MEMBER', 'reserved name')
      else this.#text(key)
      this.visit(item)
      this.#path.pop()
    }
  }

  /** One look, one meaning: no invisible character, no look-alike script, no second composition. */
  #text(text: string): void {
    if (PLAIN.test(text)) return
    if (text.length > MAX_TEXT) this.#add('POLICY_TOO_LARGE', `text over ${MAX_TEXT}`)
    else if (HIDDEN.test(text)) {
      this.#add('POLICY_UNSAFE_TEXT', 'holds an invisible or control character')
    } else if (FOREIGN.test(text)) {
      this.#add('POLICY_UNSAFE_TEXT', 'mixes in a script that looks like another')
    } else if (text.normalize('NFC') !== text || FULL_WIDTH.test(text)) {
      this.#add('POLICY_UNSAFE_TEXT', 'is not in its one composed form')
    }
  }

  #add(code: PolicyErrorCode, reason: string): void {
    this.#problems.add(code, pointerOf(this.#path), reason)
  }
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'boolean'
}

/** Printable ASCII of ordinary length: nearly all that policies hold. */
const PLAIN = /^[ -~]{0,512}$/
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/u
const FOREIGN = /[^\p{Script=Latin}\p{Script=Han}\p{Script=Common}\p{Script=Inherited}]/u
const FULL_WIDTH = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|[\u{1d400}-\u{1d7ff}]/u
