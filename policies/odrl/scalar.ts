import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import type { Scalar } from '../value.ts'

const ODRL = /^(odrl:|http:\/\/www\.w3\.org\/ns\/odrl\/2\/)/
/** Types whose text is never a number, an instant or a duration, whatever it looks like. */
const TEXTUAL: ReadonlySet<string> = new Set(['string', 'anyURI', 'langString', 'token'])

const NUMBER = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$/
const DURATION =
  /^(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9.]+)S)?)?$/
const SECONDS = [31_557_600, 2_629_800, 604_800, 86_400, 3_600, 60, 1]

/** A member as a list, with or without the `odrl:` prefix. */
export function listOf(object: JsonObject, name: string): readonly JsonValue[] {
  const value = member(object, name) ?? member(object, `odrl:${name}`)
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** `{"@list": […]}` as its items. */
export function listItems(value: JsonValue): readonly JsonValue[] {
  const list = isJsonObject(value) ? member(value, '@list') : undefined
  return Array.isArray(list) ? list : [value]
}

/** `odrl:use`, `http://www.w3.org/ns/odrl/2/use` and `use` are one; any other IRI stays whole. */
export function nameOf(value: JsonValue | undefined): string {
  const id = isJsonObject(value) ? (member(value, '@id') ?? member(value, 'rdf:value')) : value
  return isJsonObject(id) ? nameOf(id) : String(id ?? '').replace(ODRL, '')
}

/** The last segment of a name, whatever vocabulary it is from. */
export function localName(value: JsonValue | undefined): string {
  const name = nameOf(value)
  return name.split(/[#/:]/).at(-1) ?? name
}

/** Numbers, instants (ms) and durations (s, months as a twelfth of a Julian year); else a term. */
export function scalarOf(value: JsonValue): Scalar {
  if (!isJsonObject(value)) return read(String(value))
  const literal = member(value, '@value')
  if (literal === undefined) return nameOf(value)
  const text = String(literal)
  return TEXTUAL.has(localName(member(value, '@type'))) ? text : read(text)
}

function read(text: string): Scalar {
  if (NUMBER.test(text)) return Number(text)
  return durationOf(text) ?? instantOf(text) ?? nameOf(text)
}

function durationOf(text: string): number | undefined {
  const match = text.length > 2 ? DURATION.exec(text) : null
  if (match === null) return undefined
  const parts = match.slice(2).map((part) => Number(part ?? 0))
  const seconds = parts.reduce((sum, part, at) => sum + part * (SECONDS[at] ?? 0), 0)
  return match[1] === '-' ? -seconds : seconds
}

/** An instant without a zone is read as UTC: the same on every machine. */
function instantOf(text: string): number | undefined {
  const match = INSTANT.exec(text)
  if (match === null) return undefined
  const instant = Date.parse(match[1] !== undefined && match[2] === undefined ? `${text}Z` : text)
  return Number.isNaN(instant) ? undefined : instant
}
