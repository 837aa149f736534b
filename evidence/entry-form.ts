/** Entries as bytes and back. The bytes are their own JCS form (RFC 8785), so nothing has two spellings. */
import type { Entry } from './entry.ts'
import { MAX_ENTRY_BYTES } from './entry-bundle.ts'
import { ENTRY_FIELDS, type EntryType } from './entry-fields.ts'
import { EvidenceError } from './evidence-error.ts'

type Check = (value: unknown) => boolean
interface Plain {
  readonly type?: unknown
  readonly v?: unknown
  readonly [name: string]: unknown
}

// 800 digests of 73 characters fit an entry; more go into several `release.inputs` before the release.
const MAX_LIST = 800
const DIGEST = /^sha256-[0-9a-f]{64}$/
const TAG = /^tag-[0-9a-f]{32}-[0-9a-f]{64}$/
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const DID = /^did:web:[a-zA-Z0-9.-]{1,253}(:[a-zA-Z0-9._-]{1,100})*$/
// A long run of digits in a name would be a national identifier, not a participant's address.
const LONG_NUMBER = /[0-9]{8}/

const isDid: Check = (value) => matches(DID)(value) && !LONG_NUMBER.test(String(value))
const isCount: Check = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const CHECKS: Readonly<Record<string, Check>> = {
  digest: matches(DIGEST),
  salted: matches(DIGEST),
  tag: matches(TAG),
  did: isDid,
  code: matches(CODE),
  count: isCount,
  time: isCount,
  digests: listOf(matches(DIGEST)),
  dids: listOf(isDid),
}
const COMMON: Readonly<Record<string, string>> = { actor: 'did', at: 'time' }

/** The bytes that the log keeps. Refuses (ENTRY_REFUSED) what the table does not describe exactly. */
export function entryBytes(entry: Entry): Uint8Array {
  assertEntry(entry)
  const bytes = Buffer.from(canonicalText(entry))
  if (bytes.length > MAX_ENTRY_BYTES) refuse(entry.type, `${bytes.length} bytes`)
  return bytes
}

/** Reads stored bytes; refuses what `entryBytes` would not have written. */
export function parseEntry(bytes: Uint8Array): Entry {
  const text = Buffer.from(bytes).toString('utf8')
  const value = parseJson(text)
  assertEntry(value)
  if (!Buffer.from(canonicalText(value)).equals(bytes)) refuse(value.type, 'not in canonical form')
  return value
}

function assertEntry(value: unknown): asserts value is Entry {
  if (!isPlain(value) || !isEntryType(value.type)) refuse('?', 'unknown type')
  const type = value.type
  if (value.v !== 1) refuse(type, 'version')
  const fields: Readonly<Record<string, string>> = { ...COMMON, ...ENTRY_FIELDS[type] }
  const unknown = Object.keys(value).find(
    (name) => !(name in fields) && name !== 'v' && name !== 'type',
  )
  if (unknown !== undefined) refuse(type, 'a field that the table does not name')
  for (const [name, kind] of Object.entries(fields)) {
    if (!holds(value[name], kind)) refuse(type, `field ${name}`)
  }
}

function holds(value: unknown, kind: string): boolean {
  const isOptional = kind.endsWith('?')
  if (value === undefined) return isOptional
  return CHECKS[isOptional ? kind.slice(0, -1) : kind]?.(value) ?? false
}

// JCS for what an entry can hold: ASCII strings, safe integers and lists of strings.
function canonicalText(entry: Entry): string {
  const members = Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(members))
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

function isEntryType(type: unknown): type is EntryType {
  return typeof type === 'string' && Object.hasOwn(ENTRY_FIELDS, type)
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
