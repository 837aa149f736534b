import { digestOf, isDigest } from '#crypto/digest'
import { canonicalPolicy, type PolicyContent } from './canonical-policy.ts'
import { PolicyError, Problems, pointerTo } from './errors.ts'
import { type JsonValue, member } from './json-value.ts'
import { items, oneOf, openObject, type Place, text } from './members.ts'
import type { Pin, Policy, Rule } from './policy.ts'
import type { ReadContext } from './read-constraint.ts'
import { readDuties, readIri, readRule } from './read-rule.ts'
import { inspect, parseStrictJson } from './strict-json.ts'
import { VOCABULARY, type Vocabulary } from './vocabulary.ts'
import { LAYERS } from './vocabulary-document.ts'

const MEMBERS = [
  '@context',
  '@type',
  '@id',
  'profile',
  'conflict',
  'inheritFrom',
  'target',
  'assigner',
  'assignee',
  'timestamp',
  'permission',
  'prohibition',
  'obligation',
  'bt:layer',
  'bt:version',
  'bt:status',
  'bt:authorizationRef',
  'bt:title',
  'bt:note',
]
const TYPES = ['Agreement', 'Offer'] as const
const STATUSES = ['draft', 'shadow', 'active', 'suspended', 'revoked'] as const
const VERSION =
  /^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})(-[0-9A-Za-z.-]{1,64})?$/

/** What reading gave: a policy when nothing was wrong, and every problem when something was. */
export interface Reading {
  readonly policy: Policy | undefined
  readonly problems: Problems['found']
}

/**
 * Loads one policy (策略) from its JSON text, or from a value that was parsed by others. Author form
 * (native numbers) and canonical form give the same policy and the same digest. Throws
 * `PolicyError` with every problem found: an unknown operand, operator, action, member or term is
 * never skipped. Text is to be preferred: only in text can a repeated member be seen.
 */
export function loadPolicy(source: string | JsonValue, vocabulary = VOCABULARY): Policy {
  const { policy, problems } = readPolicy(source, vocabulary)
  const [first, ...rest] = problems
  if (first !== undefined) throw new PolicyError(first, ...rest)
  if (policy === undefined) {
    throw new PolicyError({ code: 'POLICY_SYNTAX', pointer: '', reason: 'cannot be read' })
  }
  return policy
}

/** Like `loadPolicy`, for tools that show problems instead of stopping. */
export function readPolicy(source: string | JsonValue, vocabulary = VOCABULARY): Reading {
  const problems = new Problems()
  const value = typeof source === 'string' ? parseStrictJson(source, problems) : source
  const usable = value !== undefined && (typeof source === 'string' || inspect(value, problems))
  const content = usable ? readContent(value, { vocabulary, problems }) : undefined
  if (content === undefined || problems.found.length > 0) {
    return { policy: undefined, problems: problems.found }
  }
  const digest = digestOf('baotu/policy/v1', canonicalPolicy(content, vocabulary))
  return { policy: { ...content, digest }, problems: [] }
}

function readContent(value: JsonValue, context: ReadContext): PolicyContent | undefined {
  const place = openObject(value, '', MEMBERS, context.problems)
  if (place === undefined) return undefined
  const imported = !readProfile(place, context.vocabulary)
  const type = oneOf(place, '@type', TYPES)
  const agreed = type === 'Agreement'
  const heading = {
    id: readIri(place, '@id', context, true),
    layer: oneOf(place, 'bt:layer', LAYERS),
    version: readVersion(place),
    status: oneOf(place, 'bt:status', STATUSES),
    conflict: readConflict(place, imported),
  }
  const parties = {
    target: readIri(place, 'target', context, agreed),
    assigner: readIri(place, 'assigner', context, agreed),
    assignee: readIri(place, 'assignee', context, agreed),
  }
  const { id, layer, version, status, conflict } = heading
  const rest = readBody(place, context)
  if (type === undefined || id === undefined || layer === undefined) return undefined
  if (version === undefined || status === undefined || conflict === undefined) return undefined
  return { id, type, layer, version, status, conflict, ...parties, ...rest }
}

function readBody(place: Place, context: ReadContext) {
  const rules = [
    ...readRules(place, 'permission', context),
    ...readRules(place, 'prohibition', context),
  ]
  const obligations = readDuties(place, 'obligation', context)
  checkRuleIds(rules, place)
  return {
    inherits: readPins(place, 'inheritFrom'),
    authorizations: readPins(place, 'bt:authorizationRef'),
    rules,
    obligations,
    title: text(place, 'bt:title', false),
    note: text(place, 'bt:note', false),
    timestamp: text(place, 'timestamp', false),
  }
}

function readRules(
  place: Place,
  name: 'permission' | 'prohibition',
  context: ReadContext,
): readonly Rule[] {
  const effect = name === 'permission' ? 'permit' : 'prohibit'
  return items(place, name)
    .map(([item, pointer]) => readRule(item, pointer, effect, context))
    .filter((rule) => rule !== undefined)
}

function checkRuleIds(rules: readonly Rule[], place: Place): void {
  const hasRules = ['permission', 'prohibition'].some((name) => items(place, name).length > 0)
  if (!hasRules) {
    place.problems.add('POLICY_MISSING_MEMBER', '', 'a permission or a prohibition is missing')
  }
  const seen = new Set<string>()
  for (const { id, pointer } of rules) {
    if (seen.has(id)) place.problems.add('POLICY_DUPLICATE_ID', pointer, 'two rules share this @id')
    seen.add(id)
  }
}

/** True when the document names our profile; contexts and profiles that we do not know refuse. */
function readProfile(place: Place, { document }: Vocabulary): boolean {
  const contexts = [...document.contexts, 'http://www.w3.org/ns/odrl.jsonld']
  checkKnown(place, '@context', contexts)
  checkKnown(place, 'profile', [document.profile])
  return member(place.object, 'profile') !== undefined
}

function checkKnown(place: Place, name: string, known: readonly string[]): void {
  const value = member(place.object, name) ?? []
  const listed: readonly JsonValue[] = Array.isArray(value) ? value : [value]
  for (const item of listed) {
    if (typeof item === 'string' && known.includes(item)) continue
    const reason = `takes only: ${known.join(', ')}`
    place.problems.add('POLICY_UNKNOWN_TERM', pointerTo('', name), reason)
  }
}

function readVersion(place: Place): string | undefined {
  const version = text(place, 'bt:version')
  if (version === undefined || VERSION.test(version)) return version
  return place.problems.add('POLICY_VALUE', '/bt:version', 'takes a version such as 1.0.0')
}

function readConflict(place: Place, imported: boolean): Policy['conflict'] | undefined {
  const value = member(place.object, 'conflict')
  if (value === 'prohibit') return 'prohibit'
  if (imported && (value === undefined || value === 'invalid')) return 'invalid'
  const reason = 'takes prohibit: a prohibition always wins here'
  return place.problems.add('POLICY_CONFLICT_STRATEGY', '/conflict', reason)
}

function readPins(place: Place, name: string): readonly Pin[] {
  const value = member(place.object, name)
  const listed =
    typeof value === 'string' ? [[value, pointerTo('', name)] as const] : items(place, name)
  return listed.flatMap(([item, pointer]) => {
    const pin = typeof item === 'string' ? parsePin(item) : undefined
    if (pin !== undefined) return [pin]
    place.problems.add('POLICY_INHERITANCE', pointer, 'takes an id, pinned as id#sha256-…')
    return []
  })
}

function parsePin(text: string): Pin | undefined {
  const at = text.lastIndexOf('#sha256-')
  if (at < 0) return text === '' || text.includes('#') ? undefined : { id: text, digest: undefined }
  const digest = text.slice(at + 1)
  return isDigest(digest) && at > 0 ? { id: text.slice(0, at), digest } : undefined
}
