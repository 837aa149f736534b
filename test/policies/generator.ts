import type { JsonObject, JsonValue } from '#policies/json-value'
import type { Layer } from '#policies/vocabulary-document'

/** A small seeded generator (mulberry32), so that every failing case can be made again. */
export type Dice = () => number

export function dice(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function pick<T>(roll: Dice, list: readonly T[]): T {
  return list[Math.floor(roll() * list.length)] as T
}

const ALL = 'urn:bt:collection:all'
const EVERYBODY = 'urn:bt:party:all'
export const ASSET = 'urn:bt:asset:a'
export const COLLECTION = 'urn:bt:collection:c'
export const BANK = 'did:web:bank.example'
export const OPERATOR = 'did:web:operator.example'
export const SUBJECT = 'urn:bt:subject:s'
export const CONTRACT = 'urn:bt:contract:k'

export const ACTIONS = ['bt:aggregate', 'bt:score', 'bt:export'] as const
const RULE_ACTIONS = ['bt:aggregate', 'bt:score', 'bt:compute', 'use', 'bt:export'] as const
const LAYERS: readonly Layer[] = [
  'platform',
  'comprehensive',
  'domain',
  'owner',
  'contract',
  'consent',
]

/** The values that generated facts take and generated bounds name. */
export const FACTS: Readonly<Record<string, readonly JsonValue[]>> = {
  'bt:role': [['bank'], ['bank', 'guarantee'], ['insurer'], []],
  'bt:identityLevel': [1, 2, 3, 4],
  'bt:dataLevel': [1, 2, 3, 4, 5],
  'bt:consent': ['granted', 'absent', 'withdrawn'],
  'bt:participantState': ['active', 'suspended'],
  'bt:groupByColumn': [['region'], ['region', 'year'], ['name'], []],
  purpose: ['bt:purpose/loan-preapproval', 'bt:purpose/research', 'bt:purpose/inclusive-finance'],
  'bt:queryOverlap': [0, 5, 50],
  dateTime: ['2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z', '2027-01-01T00:00:00Z'],
}

const CONDITIONS: readonly ((roll: Dice) => JsonObject)[] = [
  (roll) =>
    atom(
      'bt:role',
      pick(roll, ['isAnyOf', 'isNoneOf', 'hasPart', 'isPartOf']),
      pick(roll, [['bank'], ['bank', 'guarantee'], ['insurer']]),
    ),
  (roll) =>
    atom(
      'bt:identityLevel',
      pick(roll, ['gteq', 'lt', 'eq', 'neq', 'gt', 'lteq']),
      pick(roll, [1, 2, 3, 4]),
    ),
  (roll) =>
    atom('bt:dataLevel', pick(roll, ['gteq', 'lt', 'eq', 'neq']), pick(roll, [1, 2, 3, 4, 5])),
  (roll) => atom('bt:consent', pick(roll, ['eq', 'neq']), pick(roll, ['granted', 'absent'])),
  (roll) =>
    atom('bt:participantState', pick(roll, ['isAnyOf', 'isNoneOf']), [
      pick(roll, ['active', 'suspended']),
    ]),
  (roll) =>
    atom(
      'bt:groupByColumn',
      pick(roll, ['isPartOf', 'hasPart', 'isNoneOf']),
      pick(roll, [['region'], ['region', 'year'], ['name']]),
    ),
  (roll) =>
    atom(
      'purpose',
      'isA',
      pick(roll, [
        'bt:purpose/inclusive-finance',
        'bt:purpose/research',
        'bt:purpose/loan-preapproval',
      ]),
    ),
  (roll) => atom('bt:queryOverlap', pick(roll, ['lt', 'gteq']), pick(roll, [1, 10])),
  (roll) =>
    atom(
      'dateTime',
      pick(roll, ['lt', 'gteq']),
      pick(roll, ['2026-06-01T00:00:00Z', '2027-01-01T00:00:00Z']),
    ),
]

const IMPOSED: readonly ((roll: Dice) => JsonObject)[] = [
  (roll) => atom('bt:minCohort', pick(roll, ['gteq', 'eq']), pick(roll, [5, 10, 20])),
  (roll) =>
    atom(
      'bt:resultForm',
      pick(roll, ['isPartOf', 'isAnyOf', 'eq']),
      pick(roll, [['score'], ['score', 'band'], ['aggregate', 'encrypted']]),
    ),
  (roll) =>
    atom('bt:egressReview', pick(roll, ['eq', 'gteq']), pick(roll, ['none', 'auto', 'dual'])),
  (roll) => atom('bt:maxRows', 'lteq', pick(roll, [10, 100])),
  (roll) => atom('count', pick(roll, ['lteq', 'lt']), pick(roll, [1, 2, 3])),
]

/** A few policies over one asset and one bank, as JSON; `at` makes their ids unlike others'. */
export function policies(roll: Dice): readonly JsonObject[] {
  const count = 1 + Math.floor(roll() * 6)
  const made = Array.from({ length: count }, (_, at) => policy(roll, at))
  return made.map((one, at) =>
    made.findIndex((other) => other['@id'] === one['@id']) === at
      ? one
      : { ...one, '@id': `urn:bt:policy:${at}` },
  )
}

/** One policy of a random layer, sometimes an import that any conflict voids. */
export function policy(roll: Dice, at: number, layer: Layer = pick(roll, LAYERS)): JsonObject {
  const imported = roll() < 0.05
  const permission = rules(roll, 'p', 0.75)
  const prohibition = rules(roll, 'd', 0.4)
  const some = permission.length + prohibition.length > 0
  return {
    ...(imported ? {} : { profile: ['https://w3id.org/baotu/policy/v1'], conflict: 'prohibit' }),
    '@type': 'Agreement',
    '@id': layer === 'contract' && roll() < 0.8 ? CONTRACT : `urn:bt:policy:${at}`,
    'bt:layer': layer,
    'bt:version': '1.0.0',
    'bt:status': roll() < 0.95 ? 'active' : 'draft',
    target: layer === 'consent' ? SUBJECT : pick(roll, [ASSET, COLLECTION, ALL]),
    assigner: 'did:web:authority.example',
    assignee: pick(roll, [BANK, BANK, OPERATOR, EVERYBODY, 'did:web:other.example']),
    ...(permission.length > 0 || !some
      ? { permission: some ? permission : [rule(roll, '#p0')] }
      : {}),
    ...(prohibition.length > 0 ? { prohibition } : {}),
  }
}

/** A policy of prohibitions only. */
export function prohibitions(roll: Dice, at: number): JsonObject {
  const { permission: _, ...rest } = policy(roll, at)
  return { ...rest, prohibition: [prohibition(roll, '#d0')] }
}

function rules(roll: Dice, prefix: 'p' | 'd', likely: number): readonly JsonObject[] {
  const count = roll() < likely ? 1 + Math.floor(roll() * 2) : 0
  return Array.from({ length: count }, (_, at) =>
    prefix === 'p' ? rule(roll, `#p${at}`) : prohibition(roll, `#d${at}`),
  )
}

function rule(roll: Dice, id: string): JsonObject {
  const imposed = Array.from({ length: Math.floor(roll() * 3) }, () => pick(roll, IMPOSED)(roll))
  const duty =
    roll() < 0.2 ? [{ action: 'bt:logEvidence', 'bt:phase': pick(roll, ['pre', 'post']) }] : []
  const constraint = [...conditions(roll, 2), ...imposed]
  return {
    '@id': id,
    action: pick(roll, RULE_ACTIONS),
    ...some('constraint', constraint),
    ...some('duty', duty),
  }
}

function prohibition(roll: Dice, id: string): JsonObject {
  return { '@id': id, action: pick(roll, RULE_ACTIONS), ...some('constraint', conditions(roll, 3)) }
}

function conditions(roll: Dice, most: number): readonly JsonObject[] {
  return Array.from({ length: Math.floor(roll() * (most + 1)) }, () => condition(roll, 2))
}

function condition(roll: Dice, depth: number): JsonObject {
  if (depth === 0 || roll() < 0.8) return pick(roll, CONDITIONS)(roll)
  const kind = pick(roll, ['and', 'or', 'xone', 'andSequence'])
  const parts = Array.from({ length: 1 + Math.floor(roll() * 3) }, () => condition(roll, depth - 1))
  return { [kind]: parts }
}

/** Facts about one request; each is missing now and then. */
export function facts(roll: Dice): Readonly<Record<string, JsonValue>> {
  const known = Object.entries(FACTS).filter(() => roll() < 0.9)
  return Object.fromEntries(known.map(([name, values]) => [name, pick(roll, values)]))
}

function atom(leftOperand: string, operator: string, rightOperand: JsonValue): JsonObject {
  return { leftOperand, operator, rightOperand }
}

function some(name: string, list: readonly JsonObject[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list }
}
