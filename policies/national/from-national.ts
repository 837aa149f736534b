import { PolicyError, Problems, pointerTo } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import { readPolicy } from '../load.ts'
import { items, oneOf, openObject, type Place, text } from '../members.ts'
import type { Policy } from '../policy.ts'
import { inspect, parseStrictJson } from '../strict-json.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { aliasOf, type NationalRule, readNationalRule, unlessEmpty } from './from-national-rule.ts'
import { EXTENSION_MEMBERS, NATIONAL_ID } from './to-national.ts'

const { national } = VOCABULARY.document

const MEMBERS = [
  'policyId',
  'policyVersion',
  'status',
  'assignerId',
  'assigneeId',
  'target',
  'policies',
  'extension',
  'terminateType',
]
/** Contract statuses and what they come to here; of one in force only the extension can say more. */
const STATUSES = new Map([
  ...['01', '02', '03', '0301', '0302'].map((code) => [code, 'draft'] as const),
  ['05', 'active'],
  ['06', 'revoked'],
])

/**
 * Reads a policy written in the terms of the national dictionaries. The documents' own misspellings
 * are accepted as aliases. Throws `PolicyError`: an unknown code is refused, never mapped to
 * something near it; `CONVERT_INEXPRESSIBLE` names what the dictionaries know and this engine does
 * not.
 */
export function fromNational(source: string | JsonValue): Policy {
  const problems = new Problems()
  const value = typeof source === 'string' ? parseStrictJson(source, problems) : source
  if (value !== undefined && typeof source !== 'string') inspect(value, problems)
  problems.throwIfAny()
  const document = envelope(withoutAliases(value, problems), problems)
  problems.throwIfAny()
  const reading = readPolicy(document)
  const [first, ...rest] = reading.problems
  if (reading.policy === undefined) {
    throw new PolicyError(
      first ?? { code: 'POLICY_SYNTAX', pointer: '', reason: 'cannot be read' },
      ...rest,
    )
  }
  return reading.policy
}

/** Renames misspelt members of the top level; two names of one member must say the same. */
function withoutAliases(value: JsonValue | undefined, problems: Problems): JsonValue | undefined {
  if (!isJsonObject(value)) return value
  const renamed = new Map<string, JsonValue>()
  for (const [name, item] of Object.entries(value)) {
    const real = aliasOf(national.memberAliases, name)
    if (renamed.has(real) && renamed.get(real) !== item) {
      const reason = `contradicts another member that means ${real}`
      problems.add('POLICY_DUPLICATE_KEY', pointerTo('', name), reason)
    }
    renamed.set(real, item)
  }
  return Object.fromEntries(renamed)
}

function envelope(value: JsonValue | undefined, problems: Problems): JsonObject {
  const place = openObject(value, '', MEMBERS, problems)
  if (place === undefined) return {}
  const rules = items(place, 'policies').map(([item, pointer]) =>
    readNationalRule(item, pointer, problems),
  )
  const ofKind = (kind: string) => rules.filter((rule) => rule.kind === kind).map(named)
  oneOf(place, 'terminateType', ['01', '02'], false)
  return {
    '@context': VOCABULARY.document.contexts,
    profile: [VOCABULARY.document.profile],
    '@type': 'Agreement',
    conflict: 'prohibit',
    'bt:layer': 'contract',
    'bt:version': text(place, 'policyVersion') ?? '',
    ...readExtension(place),
    'bt:status': readStatus(place),
    '@id': text(place, 'policyId') ?? '',
    ...longId(place, 'assignerId', 'assigner'),
    ...longId(place, 'assigneeId', 'assignee'),
    ...longId(place, 'target', 'target'),
    ...unlessEmpty('permission', ofKind('permission')),
    ...unlessEmpty('prohibition', ofKind('prohibition')),
    ...unlessEmpty('obligation', ofKind('obligation')),
  }
}

/** What the documents have no field for; rules and parties never hide here. */
function readExtension({ object, problems }: Place): JsonObject {
  const value = member(object, 'extension')
  if (value === undefined) return {}
  const place = openObject(value, '/extension', ['namespace', ...EXTENSION_MEMBERS], problems)
  const { namespace, ...carried } = place?.object ?? {}
  if (namespace === undefined || namespace === VOCABULARY.document.profile) return carried
  const reason = 'is not the namespace of this profile'
  problems.add('POLICY_UNKNOWN_TERM', '/extension/namespace', reason)
  return {}
}

/** Ours where the extension states it, as long as it has the code that the document states. */
function readStatus(place: Place): string {
  const code = oneOf(place, 'status', [...STATUSES.keys()])
  if (code === undefined) return ''
  const extension = member(place.object, 'extension')
  const own = isJsonObject(extension) ? member(extension, 'bt:status') : undefined
  if (typeof own !== 'string') return STATUSES.get(code) ?? ''
  if (Object.hasOwn(national.statuses, own) && national.statuses[own] === code) return own
  const reason = 'contradicts the status of the document'
  place.problems.add('POLICY_VALUE', '/extension/bt:status', reason)
  return ''
}

/** The documents do not number their rules; a trace must be able to name them. */
function named({ form }: NationalRule, at: number): JsonObject {
  return '@id' in form || 'bt:phase' in form ? form : { '@id': `#rule-${at + 1}`, ...form }
}

function longId(place: Place, from: string, to: string): JsonObject {
  const id = text(place, from, false)
  if (id === undefined) return {}
  return { [to]: /^[0-9A-Z*•]{18,65}$/u.test(id) ? NATIONAL_ID + id : id }
}
