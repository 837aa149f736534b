/** Entries as bytes and back. The bytes are their own JCS form (RFC 8785), so nothing has two spellings. */
import type { Entry } from './entry.ts'
import { MAX_ENTRY_BYTES } from './entry-bundle.ts'
import { ENTRY_FIELDS } from './entry-fields.ts'
import { EvidenceError } from './evidence-error.ts'

type Check = (value: unknown) => boolean
interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly check: Check
  readonly spell: (value: unknown) => string
}

interface Plain {
  readonly type?: unknown
  readonly [name: string]: unknown
}

// 800 digests of 73 characters fit an entry; more go into several `release.inputs` before the release.
const MAX_LIST = 800
const DIGEST = /^sha256-[0-9a-f]{64}$/
const TAG = /^tag-[0-9a-f]{32}-[0-9a-f]{64}$/
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const DID = /^did:web:[a-zA-Z0-9.-]{1,253}(:[a-zA-Z0-9._-]{1,100})*$/
// A long run of digits in a name or code would be a national identifier or an amount.
const LONG_NUMBER = /[0-9]{8}/

const isDid: Check = (value) => matches(DID)(value) && !LONG_NUMBER.test(String(value))
const isCode: Check = (value) => matches(CODE)(value) && !LONG_NUMBER.test(String(value))
const isCount: Check = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const CHECKS: Readonly<Record<string, Check>> = {
  digest: matches(DIGEST),
  salted: matches(DIGEST),
  tag: matches(TAG),
  did: isDid,
  code: isCode,
  count: isCount,
  time: isCount,
  digests: listOf(matches(DIGEST)),
  dids: listOf(isDid),
}
// INVARIANT: what CHECKS lets through as text holds nothing that JSON would escape.
const quoted = (value: unknown): string => `"${value}"`
const SPELLING: Readonly<Record<string, Field['spell']>> = {
  ...{ count: String, time: String },
  ...{ digests: JSON.stringify, dids: JSON.stringify },
}
/** A type's fields in canonical order (RFC 8785 sorts by UTF-16 units). */
const FORMS: ReadonlyMap<string, readonly Field[]> = new Map(
  Object.entries(ENTRY_FIELDS).map(([type, fields]) => [type, formOf(type, fields)]),
)

/** The text that the log keeps. Refuses (ENTRY_REFUSED) what the table does not describe exactly. */
export function entryText(entry: Entry): string {
  const text = canonicalText(entry, checked(entry))
  if (text.length > MAX_ENTRY_BYTES) refuse(entry.type, `${text.length} characters`)
  return text
}

/** The same as bytes, as they are hashed. */
export function entryBytes(entry: Entry): Uint8Array {
  return Buffer.from(entryText(entry))
}

/** Reads stored bytes; refuses what `entryBytes` would not have written. */
export function parseEntry(bytes: Uint8Array): Entry {
  const value = parseJson(Buffer.from(bytes).toString('utf8'))
  assertEntry(value)
  const canonical = Buffer.from(canonicalText(value, checked(value)))
  if (!canonical.equals(bytes)) refuse(value.type, 'not in canonical form')
  return value
}

function assertEntry(value: unknown): asserts value is Entry {
  checked(value)
}

function checked(value: unknown): readonly Field[] {
  const type = isPlain(value) && typeof value.type === 'string' ? value.type : '?'
  const form = FORMS.get(type)
  if (form === undefined || !isPlain(value)) return refuse('?', 'unknown type')
  for (const { name, isOptional, check } of form) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    if (member === undefined ? !isOptional : !check(member)) refuse(type, `field ${name}`)
  }
  const isKnown = (name: string) => form.some((field) => field.name === name)
  if (!Object.keys(value).every(isKnown)) refuse(type, 'a field that the table does not name')
  return form
}

// JCS for what an entry can hold: ASCII strings without escapes, safe integers, lists of strings.
function canonicalText(entry: Plain, form: readonly Field[]): string {
  let text = ''
  for (const { name, spell } of form) {
    const value = entry[name]
    if (value !== undefined) text += `${text === '' ? '{' : ','}"${name}":${spell(value)}`
  }
  return `${text}}`
}

function formOf(type: string, fields: Readonly<Record<string, string>>): readonly Field[] {
  const own = Object.entries(fields).map(([name, kind]): Field => {
    const check = CHECKS[kind.replace('?', '')]
    if (check === undefined) throw new TypeError(`no check for ${kind}`)
    return { name, isOptional: kind.endsWith('?'), check, spell: SPELLING[kind] ?? quoted }
  })
  const needed = { isOptional: false }
  const common: Field[] = [
    { ...needed, name: 'actor', check: isDid, spell: quoted },
    { ...needed, name: 'at', check: isCount, spell: String },
    { ...needed, name: 'type', check: (value) => value === type, spell: quoted },
    { ...needed, name: 'v', check: (value) => value === 1, spell: String },
  ]
  return [...own, ...common].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse('?', 'not JSON')
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function matches(pattern: RegExp): Check {
  return (value) => typeof value === 'string' && value.length <= 400 && pattern.test(value)
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.length <= MAX_LIST && value.every(check)
}

function refuse(type: string, detail: string): never {
  throw new EvidenceError('ENTRY_REFUSED', `entry ${type}: ${detail}`)
}
