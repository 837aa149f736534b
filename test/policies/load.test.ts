import { existsSync, readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import fc from 'fast-check'
import t from 'tap'
import { canonical } from '#crypto/digest'
import { canonicalPolicy } from '#policies/canonical-policy'
import { compile } from '#policies/compile'
import { PolicyError } from '#policies/errors'
import type { JsonObject } from '#policies/json-value'
import { loadPolicy, readPolicy } from '#policies/load'
import { policySchema } from '#policies/schema'
import { example, exampleText } from './example-world.ts'
import { dice, policies } from './generator.ts'

const NAMES = [
  '01-comprehensive',
  '02-domain-tax',
  '03-contract-bank-score',
  '04-consent-enterprise',
  '05-dp-stats',
  '06-join-ccl',
  '07-sandbox',
  '08-platform-guard',
]
const SHARED = new URL('../../../shared/data/', import.meta.url)

t.test('author form and canonical form are one policy', async (t) => {
  for (const name of NAMES) {
    const policy = example(name)
    const form = canonicalPolicy(policy)
    t.equal(loadPolicy(form).digest, policy.digest, name)
    t.equal(JSON.stringify(form), Buffer.from(canonical(form)).toString(), `${name}: is JCS`)
    t.same(canonical(canonicalPolicy(loadPolicy(form))), canonical(form), `${name}: stable`)
  }
  const native = exampleText('02-domain-tax').replaceAll(
    /\{\s*"@value": "([0-9.]+)",\s*"@type": "xsd:[a-z]+"\s*\}/g,
    '$1',
  )
  t.notMatch(native, /@value/)
  t.equal(loadPolicy(native).digest, example('02-domain-tax').digest, 'native numbers')
})

t.test('one meaning, one digest', async (t) => {
  const text = exampleText('05-dp-stats')
  const { digest } = loadPolicy(text)
  t.equal(
    loadPolicy(text.replace('"1e-6"', '"0.0000010"')).digest,
    digest,
    'another way to write a decimal',
  )
  t.equal(
    loadPolicy(text.replace('"COUNT",\n      "SUM",', '"sum",\n      "count",')).digest,
    digest,
    'aliases and order',
  )
  t.not(loadPolicy(text.replace('"0.5"', '"0.500000001"')).digest, digest, 'a billionth of epsilon')
  const consent = exampleText('04-consent-enterprise')
  t.equal(
    loadPolicy(consent.replace('2026-09-30T00:00:00+08:00', '2026-09-29T16:00:00Z')).digest,
    loadPolicy(consent).digest,
    'the same instant',
  )
})

t.test('canonical policies are valid against the Dataspace Protocol 2025-1', async (t) => {
  const file = new URL('dsp-2025-1/schema/negotiation/contract-schema.json', SHARED)
  if (!existsSync(file)) {
    t.pass('skipped: ../shared/data is not there')
    return
  }
  const valid = new Ajv2019({ strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')))
  for (const name of NAMES) {
    t.ok(valid(JSON.parse(exampleText(name))), `${name} as given`)
    t.ok(valid(JSON.parse(JSON.stringify(canonicalPolicy(example(name))))), `${name} canonical`)
  }
  const bare = JSON.parse(exampleText('01-comprehensive'))
  bare.permission[0].constraint[0].rightOperand = 5
  t.notOk(valid(bare), 'the schema does refuse a bare number')
  const roll = dice(3)
  for (const document of Array.from({ length: 40 }, () => policies(roll)).flat()) {
    t.ok(valid(JSON.parse(JSON.stringify(canonicalPolicy(loadPolicy(document))))), 'generated')
  }
})

t.test('the published schema accepts what loads', async (t) => {
  const valid = new Ajv2019({ strict: false }).compile(policySchema())
  for (const name of NAMES) t.ok(valid(JSON.parse(exampleText(name))), name)
  const roll = dice(4)
  for (const document of Array.from({ length: 40 }, () => policies(roll)).flat()) {
    t.ok(valid(JSON.parse(JSON.stringify(document))), 'generated')
  }
  for (const [what, change] of REFUSED) {
    if (SCHEMA_BLIND.has(what)) continue
    t.notOk(valid(JSON.parse(JSON.stringify(change(base())))), what)
  }
})

type Draft = Record<string, unknown> & { permission: Record<string, unknown>[] }

function base(): Draft {
  return {
    profile: ['https://w3id.org/baotu/policy/v1'],
    '@type': 'Agreement',
    '@id': 'urn:bt:policy:x',
    conflict: 'prohibit',
    'bt:layer': 'contract',
    'bt:version': '1.0.0',
    'bt:status': 'active',
    target: 'urn:bt:asset:x',
    assigner: 'did:web:a.example',
    assignee: 'did:web:b.example',
    permission: [
      { '@id': '#p', action: 'bt:aggregate', constraint: [atom('bt:minCohort', 'gteq', 5)] },
    ],
  }
}

function atom(leftOperand: string, operator: string, rightOperand: unknown, unit?: string) {
  return { leftOperand, operator, rightOperand, ...(unit === undefined ? {} : { unit }) }
}

function withConstraint(constraint: unknown) {
  return (draft: Draft) => ({
    ...draft,
    permission: [{ ...draft.permission[0], constraint: [constraint] }],
  })
}

function withProhibition(constraint: unknown) {
  return (draft: Draft) => ({
    ...draft,
    prohibition: [{ '@id': '#d', action: 'use', constraint: [constraint] }],
  })
}

/** What is refused, where, and with which code. */
const REFUSED: readonly (readonly [string, (draft: Draft) => unknown, string, string])[] = [
  [
    'an unknown operand',
    withConstraint(atom('bt:minKohort', 'gteq', 5)),
    'POLICY_UNKNOWN_TERM',
    '/permission/0/constraint/0/leftOperand',
  ],
  [
    'an unknown operator',
    withConstraint(atom('bt:minCohort', 'atLeast', 5)),
    'POLICY_OPERATOR',
    '/permission/0/constraint/0/operator',
  ],
  [
    'an operator of another kind',
    withConstraint(atom('bt:groupByColumn', 'isAnyOf', ['x'])),
    'POLICY_OPERATOR',
    '/permission/0/constraint/0/operator',
  ],
  [
    'an unknown action',
    (draft) => ({ ...draft, permission: [{ '@id': '#p', action: 'aggregate' }] }),
    'POLICY_UNKNOWN_TERM',
    '/permission/0/action',
  ],
  [
    'the action of a duty',
    (draft) => ({ ...draft, permission: [{ '@id': '#p', action: 'inform' }] }),
    'POLICY_PLACE',
    '/permission/0/action',
  ],
  [
    'an unknown purpose',
    withConstraint(atom('purpose', 'isA', 'bt:purpose/fun')),
    'POLICY_UNKNOWN_TERM',
    '/permission/0/constraint/0/rightOperand',
  ],
  [
    'a bound out of range',
    withConstraint(atom('bt:dataLevel', 'eq', 6)),
    'POLICY_VALUE',
    '/permission/0/constraint/0/rightOperand',
  ],
  [
    'half a cohort',
    withConstraint(atom('bt:minCohort', 'gteq', 5.5)),
    'POLICY_VALUE',
    '/permission/0/constraint/0/rightOperand',
  ],
  [
    'more places than a budget has',
    withConstraint(atom('bt:epsilonPerQuery', 'lteq', '0.0000000001')),
    'POLICY_VALUE',
    '/permission/0/constraint/0/rightOperand',
  ],
  [
    'an instant without offset',
    withConstraint(atom('dateTime', 'lt', '2026-01-01T00:00:00')),
    'POLICY_VALUE',
    '/permission/0/constraint/0/rightOperand',
  ],
  [
    'the 30th of February',
    withConstraint(atom('dateTime', 'lt', '2026-02-30T00:00:00Z')),
    'POLICY_VALUE',
    '/permission/0/constraint/0/rightOperand',
  ],
  [
    'a count per nothing',
    withConstraint(atom('bt:countPer', 'lteq', 5)),
    'POLICY_MISSING_MEMBER',
    '/permission/0/constraint/0',
  ],
  [
    'a count per cohort',
    withConstraint(atom('bt:countPer', 'lteq', 5, 'enterprise')),
    'POLICY_UNIT',
    '/permission/0/constraint/0/unit',
  ],
  [
    'an empty set',
    withConstraint(atom('bt:role', 'isAnyOf', [])),
    'POLICY_VALUE',
    '/permission/0/constraint/0/rightOperand',
  ],
  ['an empty or', withConstraint({ or: [] }), 'POLICY_VALUE', '/permission/0/constraint/0/or'],
  [
    'a control as a condition of refusal',
    withProhibition(atom('bt:minCohort', 'gteq', 5)),
    'POLICY_PLACE',
    '/prohibition/0/constraint/0',
  ],
  [
    'a counter inside or',
    withConstraint({ or: [atom('count', 'lteq', 5)] }),
    'POLICY_PLACE',
    '/permission/0/constraint/0/or/0',
  ],
  [
    'an amount outside a duty',
    withConstraint(atom('payAmount', 'eq', 5, 'CNY')),
    'POLICY_PLACE',
    '/permission/0/constraint/0',
  ],
  [
    'permissions that win',
    (draft) => ({ ...draft, conflict: 'perm' }),
    'POLICY_CONFLICT_STRATEGY',
    '/conflict',
  ],
  [
    'a native policy that conflicts void',
    (draft) => ({ ...draft, conflict: 'invalid' }),
    'POLICY_CONFLICT_STRATEGY',
    '/conflict',
  ],
  [
    'two rules of one id',
    (draft) => ({ ...draft, permission: [draft.permission[0], draft.permission[0]] }),
    'POLICY_DUPLICATE_ID',
    '/permission/1',
  ],
  ['no rules', ({ permission: _, ...draft }) => draft, 'POLICY_MISSING_MEMBER', ''],
  ['no target', ({ target: _, ...draft }) => draft, 'POLICY_MISSING_MEMBER', ''],
  [
    'another profile',
    (draft) => ({ ...draft, profile: ['https://example.org/p'] }),
    'POLICY_UNKNOWN_TERM',
    '/profile',
  ],
  [
    'another context',
    (draft) => ({ ...draft, '@context': ['https://evil.example/c'] }),
    'POLICY_UNKNOWN_TERM',
    '/@context',
  ],
  [
    'a member nobody knows',
    (draft) => ({ ...draft, permision: [] }),
    'POLICY_UNKNOWN_MEMBER',
    '/permision',
  ],
  [
    'a refinement of an action',
    (draft) => ({ ...draft, permission: [{ '@id': '#p', action: { '@id': 'use' } }] }),
    'POLICY_WRONG_TYPE',
    '/permission/0/action',
  ],
  [
    'a pin that is no digest',
    (draft) => ({ ...draft, inheritFrom: ['urn:bt:p#sha256-12'] }),
    'POLICY_INHERITANCE',
    '/inheritFrom/0',
  ],
  [
    'a duty without phase',
    (draft) => ({
      ...draft,
      permission: [{ ...draft.permission[0], duty: [{ action: 'inform' }] }],
    }),
    'POLICY_MISSING_MEMBER',
    '/permission/0/duty/0',
  ],
  [
    'an operand in Cyrillic letters',
    withConstraint(atom('bt:minСohort', 'gteq', 5)),
    'POLICY_UNSAFE_TEXT',
    '/permission/0/constraint/0/leftOperand',
  ],
  [
    'a column in full-width letters',
    withConstraint(atom('bt:groupByColumn', 'isPartOf', ['ｕscc'])),
    'POLICY_UNSAFE_TEXT',
    '/permission/0/constraint/0/rightOperand/0',
  ],
  [
    'a column with an invisible character',
    withConstraint(atom('bt:groupByColumn', 'isPartOf', ['us\u200bcc'])),
    'POLICY_UNSAFE_TEXT',
    '/permission/0/constraint/0/rightOperand/0',
  ],
]

/** What a JSON Schema cannot say. */
const SCHEMA_BLIND = new Set([
  'two rules of one id',
  'another context',
  'a pin that is no digest',
  'more places than a budget has',
  'an instant without offset',
  'the 30th of February',
  'a column in full-width letters',
  'a column with an invisible character',
  'half a cohort',
])

t.test('bad input is refused with its place and reason', async (t) => {
  for (const [what, change, code, pointer] of REFUSED) {
    const { policy, problems } = readPolicy(change(base()) as JsonObject)
    t.equal(policy, undefined, what)
    t.match(problems[0], { code, pointer }, what)
  }
  t.equal(readPolicy(base() as unknown as JsonObject).problems.length, 0, 'the base itself loads')
})

t.test('text that two parsers read differently is refused', async (t) => {
  const text = JSON.stringify(base())
  const cases: readonly (readonly [string, string, string])[] = [
    ['a repeated member', text.replace('{', '{"conflict":"perm",'), 'POLICY_DUPLICATE_KEY'],
    [
      'a repeated member, escaped',
      text.replace('{', '{"confl\\u0069ct":"perm",'),
      'POLICY_DUPLICATE_KEY',
    ],
    [
      'prototype pollution',
      text.replace('{', '{"__proto__":{"conflict":"perm"},'),
      'POLICY_UNKNOWN_MEMBER',
    ],
    [
      'a constructor',
      text.replace('{', '{"constructor":{"prototype":{}},'),
      'POLICY_UNKNOWN_MEMBER',
    ],
    ['a comment', text.replace('{', '{/* */'), 'POLICY_SYNTAX'],
    ['NaN', text.replace(':5}', ':NaN}'), 'POLICY_SYNTAX'],
    ['an infinite number', text.replace(':5}', ':1e999}'), 'POLICY_VALUE'],
    ['a number that a double changes', text.replace(':5}', ':9007199254740993}'), 'POLICY_VALUE'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'POLICY_TOO_DEEP'],
    [
      'ten megabytes',
      text.replace('{', `{"bt:note":"${'x'.repeat(10_000_000)}",`),
      'POLICY_TOO_LARGE',
    ],
    ['nothing', '', 'POLICY_SYNTAX'],
    ['null', 'null', 'POLICY_WRONG_TYPE'],
  ]
  for (const [what, source, code] of cases)
    t.equal(readPolicy(source).problems[0]?.code, code, what)
  t.match(readPolicy('{\n  "a" 1\n}').problems[0]?.reason, /line 2 column 7/)
  t.equal(({} as { conflict?: string }).conflict, undefined, 'no prototype was touched')
})

t.test('whatever comes in, a policy or a PolicyError comes out', async () => {
  const texts = NAMES.map(exampleText)
  const mutated = fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 12 }), fc.string())
  const survives = (source: string) => {
    try {
      loadPolicy(source)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
    }
  }
  fc.assert(
    fc.property(mutated, ([text, at, length, patch]) => {
      const start = at % text.length
      survives(text.slice(0, start) + patch + text.slice(start + length))
    }),
    { numRuns: 300 },
  )
  fc.assert(fc.property(fc.json(), survives), { numRuns: 200 })
})

t.test('policies that contradict each other by name do not load together', async (t) => {
  const one = loadPolicy(base() as unknown as JsonObject)
  t.throws(() => compile([one, one]), { code: 'POLICY_DUPLICATE_ID' })
  const circle = (id: string, parent: string) =>
    loadPolicy({ ...base(), '@id': id, inheritFrom: [parent] } as unknown as JsonObject)
  const [a, b] = [circle('urn:bt:a', 'urn:bt:b'), circle('urn:bt:b', 'urn:bt:a')]
  t.throws(() => compile([a, b]), { code: 'POLICY_INHERITANCE', pointer: '/inheritFrom/0' })
  t.throws(() => compile([circle('urn:bt:c', 'urn:bt:c')]), { code: 'POLICY_INHERITANCE' })
})

t.test('a refusal repeats nothing of what was written', async (t) => {
  const secret = 'planted-secret-value'
  for (const constraint of [
    atom(secret, 'eq', 1),
    atom('bt:minCohort', secret, 1),
    atom('bt:minCohort', 'gteq', secret),
    atom('bt:consent', 'eq', secret),
    atom('bt:countPer', 'lteq', 1, secret),
  ]) {
    const { problems } = readPolicy(withConstraint(constraint)(base()) as JsonObject)
    t.ok(problems.length > 0)
    for (const { reason } of problems) t.notMatch(reason, secret)
  }
})

t.test('a class that is not the one of its place is refused', async (t) => {
  const atom = { leftOperand: 'bt:dataLevel', operator: 'lt', rightOperand: 4 }
  const rule = (more: JsonObject, constraint: JsonObject = atom): JsonObject => ({
    '@id': '#p',
    action: 'bt:aggregate',
    constraint: [constraint],
    ...more,
  })
  const document = (permission: JsonObject): JsonObject => ({
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    '@type': 'Agreement',
    '@id': 'urn:bt:classes',
    'bt:layer': 'contract',
    'bt:version': '1.0.0',
    'bt:status': 'draft',
    target: 'urn:bt:asset:a',
    assigner: 'did:web:a.example',
    assignee: 'did:web:b.example',
    permission: [permission],
  })
  const plain = loadPolicy(document(rule({}))).digest
  const named = rule({ '@type': 'odrl:Permission' }, { ...atom, '@type': 'Constraint' })
  t.equal(loadPolicy(document(named)).digest, plain, 'the right class says nothing new')
  const duty = { action: 'bt:logEvidence', 'bt:phase': 'post', '@type': 'Permission' }
  const claims: readonly (readonly [JsonObject, string])[] = [
    [rule({ '@type': 'Prohibition' }), '/permission/0/@type'],
    [rule({ '@type': 7 }), '/permission/0/@type'],
    [rule({ duty: [duty] }), '/permission/0/duty/0/@type'],
    [rule({}, { ...atom, '@type': 'Duty' }), '/permission/0/constraint/0/@type'],
    [rule({}, { or: [atom], '@type': 'Constraint' }), '/permission/0/constraint/0/@type'],
  ]
  const valid = new Ajv2019({ strict: false }).compile(policySchema())
  for (const [permission, pointer] of claims) {
    const refusal = readPolicy(document(permission)).problems
    t.match(refusal, [{ pointer }], JSON.stringify(permission))
    t.notOk(valid(document(permission)), `the schema: ${pointer}`)
  }
  t.ok(valid(document(named)))
})
