import t from 'tap'
import { capabilitiesOf, EVERY_CAPABILITY } from '#policies/capabilities'
import { compile, type Snapshot } from '#policies/compile'
import {
  atLeastAsStrict,
  type Controls,
  DEFAULT_CONTROLS,
  FAIL_MODES,
  levelControls,
  MODES,
  meet,
  outputControls,
} from '#policies/controls'
import { countersOf, NO_LEDGER } from '#policies/counters'
import { decide } from '#policies/decide'
import type { Decision } from '#policies/decision'
import { type FactValues, factsFrom, factsOf } from '#policies/facts'
import type { JsonObject, JsonValue } from '#policies/json-value'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import { type RequestFields, requestOf } from '#policies/request'
import { VOCABULARY } from '#policies/vocabulary'
import type { Layer } from '#policies/vocabulary-document'
import { decideBase, exampleSnapshot } from './example-world.ts'

const BANK = 'did:web:bank.example'
const ASSET = 'urn:bt:asset:a'
const CONTRACT = 'urn:bt:contract:k'

function policy(layer: Layer, rules: JsonObject, more: JsonObject = {}): Policy {
  return loadPolicy({
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    '@type': 'Agreement',
    '@id': layer === 'contract' ? CONTRACT : `urn:bt:${layer}`,
    'bt:layer': layer,
    'bt:version': '1.0.0',
    'bt:status': 'active',
    target: ASSET,
    assigner: 'did:web:holder.example',
    assignee: BANK,
    ...rules,
    ...more,
  })
}

function permit(...constraint: JsonObject[]): JsonObject {
  return { '@id': '#p', action: 'bt:aggregate', constraint }
}

function forbid(...constraint: JsonObject[]): JsonObject {
  return { '@id': '#d', action: 'use', constraint }
}

function atom(
  leftOperand: string,
  operator: string,
  rightOperand: JsonValue,
  unit?: string,
): JsonObject {
  return { leftOperand, operator, rightOperand, ...(unit === undefined ? {} : { unit }) }
}

interface Asking {
  readonly facts?: FactValues
  readonly fields?: Partial<RequestFields>
  readonly used?: Readonly<Record<string, number>>
  readonly duties?: Readonly<Record<string, 'fulfilled' | 'violated'>>
}

function ask(
  policies: readonly Policy[] | Snapshot,
  { facts = {}, fields = {}, used, duties }: Asking = {},
): Decision {
  const snapshot = 'rules' in policies ? policies : compile(policies)
  const request = requestOf({
    action: 'bt:aggregate',
    target: ASSET,
    assignee: BANK,
    authorization: CONTRACT,
    layers: ['platform', 'contract'],
    ...fields,
  })
  return decide(request, snapshot, factsOf(facts), countersOf(used, duties), EVERY_CAPABILITY)
}

t.test('every operator on every kind of value', async (t) => {
  const cases: readonly (readonly [JsonObject, JsonValue, boolean])[] = [
    [atom('bt:dataLevel', 'eq', 3), 3, true],
    [atom('bt:dataLevel', 'neq', 3), 3, false],
    [atom('bt:dataLevel', 'lt', 3), 3, false],
    [atom('bt:dataLevel', 'lteq', 3), 3, true],
    [atom('bt:dataLevel', 'gt', 3), 3, false],
    [atom('bt:dataLevel', 'gteq', 3), 3, true],
    [atom('bt:attestation', 'gteq', 'claimed'), 'verified', true],
    [atom('bt:attestation', 'gteq', 'claimed'), 'none', false],
    [atom('bt:consent', 'eq', 'granted'), 'granted', true],
    [atom('bt:consent', 'neq', 'granted'), 'granted', false],
    [atom('bt:consent', 'isAnyOf', ['granted', 'absent']), 'withdrawn', false],
    [atom('bt:consent', 'isNoneOf', ['absent']), 'granted', true],
    [atom('bt:role', 'isAnyOf', ['bank', 'insurer']), ['bank', 'consumer'], true],
    [atom('bt:role', 'isNoneOf', ['insurer']), ['bank', 'insurer'], false],
    [atom('bt:role', 'isPartOf', ['bank', 'consumer']), ['bank', 'insurer'], false],
    [atom('bt:role', 'isPartOf', ['bank', 'consumer']), [], true],
    [atom('bt:role', 'hasPart', ['bank', 'consumer']), ['bank'], false],
    [atom('bt:role', 'isAllOf', ['bank']), ['bank', 'consumer'], true],
    [atom('purpose', 'isA', 'bt:purpose/inclusive-finance'), 'bt:purpose/loan-approval', true],
    [atom('purpose', 'isA', 'bt:purpose/loan-approval'), 'bt:purpose/inclusive-finance', false],
    [atom('bt:timeOfDay', 'lt', '17:30'), '17:29:59', true],
    [atom('bt:timeOfDay', 'lt', '17:30'), '17:30', false],
    [atom('dateTime', 'lt', '2026-01-01T00:00:00+08:00'), '2025-12-31T16:00:00Z', false],
    [atom('dateTime', 'gteq', '2026-01-01T00:00:00+08:00'), Date.UTC(2025, 11, 31, 16), true],
    [atom('bt:aggregateFunction', 'isPartOf', ['COUNT', 'AVG']), ['count', 'mean'], true],
  ]
  for (const [constraint, value, holds] of cases) {
    const name = String(constraint['leftOperand'])
    const decision = ask([policy('contract', { permission: [permit(constraint)] })], {
      facts: { [name]: value },
    })
    t.equal(decision.decision, holds ? 'permit' : 'deny', JSON.stringify([constraint, value]))
    const missing = ask([policy('contract', { permission: [permit(constraint)] })])
    t.equal(missing.code, 'INDETERMINATE{P}', `${name} unknown`)
  }
})

t.test('a fact of another type or out of bounds is unknown, not false', async (t) => {
  const level = [
    policy('contract', {
      permission: [permit()],
      prohibition: [forbid(atom('bt:dataLevel', 'gteq', 4))],
    }),
  ]
  for (const value of [
    'three',
    0,
    6,
    3.5,
    true,
    null,
    ['3', '4'],
    { '@value': '3', '@type': 'xsd:dateTime' },
  ]) {
    t.equal(
      ask(level, { facts: { 'bt:dataLevel': value } }).code,
      'INDETERMINATE{D}',
      JSON.stringify(value),
    )
  }
  t.equal(
    ask(level, { facts: { 'bt:dataLevel': '3' } }).code,
    'PERMIT',
    'a number as text is a number',
  )
  const purpose = [
    policy('contract', { permission: [permit(atom('purpose', 'neq', 'bt:purpose/marketing'))] }),
  ]
  t.equal(ask(purpose, { facts: { purpose: 'bt:purpose/unheard-of' } }).code, 'INDETERMINATE{P}')
})

t.test('or, xone, andSequence in three values', async (t) => {
  const [yes, no, unknown] = [
    atom('bt:dataLevel', 'eq', 1),
    atom('bt:dataLevel', 'eq', 2),
    atom('bt:consent', 'eq', 'granted'),
  ]
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ or: [no, yes] }, 'PERMIT'],
    [{ or: [unknown, yes] }, 'PERMIT'],
    [{ or: [unknown, no] }, 'INDETERMINATE{P}'],
    [{ and: [unknown, no] }, 'DENY_NO_PERMIT'],
    [{ xone: [yes, no] }, 'PERMIT'],
    [{ xone: [yes, yes] }, 'DENY_NO_PERMIT'],
    [{ xone: [yes, yes, unknown] }, 'DENY_NO_PERMIT'],
    [{ xone: [yes, unknown] }, 'INDETERMINATE{P}'],
    [{ xone: [no, no] }, 'DENY_NO_PERMIT'],
    [{ andSequence: [yes] }, 'INDETERMINATE{P}'],
    [{ andSequence: [no, yes] }, 'DENY_NO_PERMIT'],
  ]
  for (const [constraint, code] of cases) {
    const decision = ask([policy('contract', { permission: [permit(constraint)] })], {
      facts: { 'bt:dataLevel': 1 },
    })
    t.equal(decision.code, code, JSON.stringify(constraint))
  }
})

t.test('a child can only narrow what it inherits', async (t) => {
  const parent = policy('comprehensive', {
    permission: [
      permit(atom('bt:consent', 'eq', 'granted'), atom('bt:minCohort', 'gteq', 20)),
      { '@id': '#j', action: 'bt:join' },
    ],
    prohibition: [forbid(atom('bt:dataLevel', 'gteq', 4))],
  })
  const pinned = `${parent.id}#${parent.digest}`
  const child = policy(
    'contract',
    { permission: [permit(atom('bt:identityLevel', 'gteq', 3))] },
    { inheritFrom: [pinned] },
  )
  const set = [parent, child]
  const facts = { 'bt:identityLevel': 3, 'bt:consent': 'granted', 'bt:dataLevel': 1 }
  t.equal(ask(set, { facts }).decision, 'permit')
  t.same(ask(set, { facts }).controls, { 'bt:minCohort': 20 }, 'the ancestor’s controls stand')
  t.equal(
    ask(set, { facts: { ...facts, 'bt:consent': 'absent' } }).code,
    'DENY_NO_PERMIT',
    'its own permission is not enough',
  )
  t.equal(
    ask(set, { facts: { ...facts, 'bt:identityLevel': 2 } }).code,
    'DENY_NO_PERMIT',
    'nor is the ancestor’s',
  )
  t.equal(
    ask(set, { facts: { ...facts, 'bt:dataLevel': 4 } }).code,
    'DENY_PROHIBITED',
    'prohibitions are inherited',
  )
  t.equal(
    ask(set, { facts, fields: { action: 'bt:join' } }).decision,
    'permit',
    'what it does not narrow stands',
  )
  t.equal(ask([child], { facts }).code, 'INDETERMINATE', 'a parent that is not there')
  const changed = policy('comprehensive', { permission: [permit()] })
  t.match(
    ask([changed, child], { facts }),
    { code: 'INDETERMINATE', layer: 'contract' },
    'a parent that is not the pinned one',
  )
  const reference = policy(
    'contract',
    { permission: [permit()] },
    { 'bt:authorizationRef': ['urn:bt:gone'] },
  )
  t.equal(ask([reference]).code, 'INDETERMINATE', 'an authorisation that is not in force')
})

t.test('an import that conflicts inside is void', async (t) => {
  const rules = { permission: [permit()], prohibition: [forbid(atom('bt:dataLevel', 'gteq', 4))] }
  const imported = loadPolicy({
    '@type': 'Agreement',
    '@id': CONTRACT,
    'bt:layer': 'contract',
    'bt:version': '1.0.0',
    'bt:status': 'active',
    target: ASSET,
    assigner: BANK,
    assignee: BANK,
    ...rules,
  })
  t.equal(ask([imported], { facts: { 'bt:dataLevel': 3 } }).code, 'PERMIT')
  t.equal(ask([imported], { facts: { 'bt:dataLevel': 4 } }).code, 'INDETERMINATE')
})

t.test('who and what a policy is about', async (t) => {
  const comprehensive = policy(
    'comprehensive',
    { permission: [permit()] },
    { target: 'urn:bt:collection:c', assignee: 'did:web:operator.example' },
  )
  const layers: readonly Layer[] = ['platform', 'comprehensive']
  const fields = {
    layers,
    collections: ['urn:bt:collection:c'],
    operator: 'did:web:operator.example',
  }
  t.equal(ask([comprehensive], { fields }).decision, 'permit', 'a ceiling is given to the operator')
  t.equal(
    ask([comprehensive], { fields: { ...fields, operator: 'did:web:other.example' } }).decision,
    'deny',
  )
  t.equal(
    ask([comprehensive], { fields: { ...fields, collections: [] } }).decision,
    'deny',
    'an asset outside the collection',
  )
  const contract = policy(
    'contract',
    { permission: [permit()] },
    { assignee: 'urn:bt:party:banks' },
  )
  t.equal(ask([contract]).decision, 'deny', 'not a member')
  t.equal(
    ask([contract], { fields: { parties: ['urn:bt:party:banks'] } }).decision,
    'permit',
    'a member',
  )
  t.equal(
    ask([contract], { fields: { assignee: 'did:web:x.example', operator: 'urn:bt:party:banks' } })
      .decision,
    'deny',
    'a contract is not the operator’s',
  )
  t.equal(
    ask([policy('contract', { permission: [permit()] })], { fields: { action: 'bt:fly' } }).code,
    'INDETERMINATE',
    'an unknown action',
  )
  const draft = policy('contract', { permission: [permit()] }, { 'bt:status': 'draft' })
  t.equal(ask([draft]).code, 'DENY_NO_PERMIT', 'a draft has no effect')
  t.equal(ask(compile([draft], { statuses: ['draft'] })).decision, 'permit')
})

t.test('a layer that nobody requires still restricts', async (t) => {
  const contract = policy('contract', { permission: [permit()] })
  const owner = (rules: JsonObject) => policy('owner', rules)
  t.equal(ask([contract]).decision, 'permit')
  t.match(ask([contract, owner({ prohibition: [forbid()] })]), {
    code: 'DENY_PROHIBITED',
    layer: 'owner',
  })
  t.match(ask([contract, owner({ permission: [permit(atom('bt:dataLevel', 'eq', 1))] })]), {
    code: 'INDETERMINATE{P}',
    layer: 'owner',
  })
  const controls = owner({ permission: [permit(atom('bt:minCohort', 'gteq', 50))] })
  t.same(ask([contract, controls]).controls, { 'bt:minCohort': 50 })
})

t.test('doubt tightens: a permission that might hold imposes its controls', async (t) => {
  const strict = {
    ...permit(atom('bt:role', 'hasPart', ['bank']), atom('bt:minCohort', 'gteq', 50)),
    '@id': '#q',
  }
  const set = [
    policy('contract', { permission: [permit(atom('bt:minCohort', 'gteq', 10)), strict] }),
  ]
  t.same(ask(set).controls, { 'bt:minCohort': 50 }, 'role unknown')
  t.same(ask(set, { facts: { 'bt:role': ['insurer'] } }).controls, { 'bt:minCohort': 10 })
})

t.test('controls meet to the strictest, or refuse', async (t) => {
  const set = (own: JsonObject[], ceiling: JsonObject[]) => [
    policy('contract', { permission: [permit(...own)] }),
    policy('owner', { permission: [permit(...ceiling)] }),
  ]
  const cases: readonly (readonly [JsonObject, JsonObject, JsonValue])[] = [
    [atom('bt:minCohort', 'gteq', 10), atom('bt:minCohort', 'gt', 10), 11],
    [atom('bt:maxRows', 'lteq', 10), atom('bt:maxRows', 'lt', 10), 9],
    [atom('bt:epsilonPerQuery', 'lteq', 0.5), atom('bt:epsilonPerQuery', 'lteq', 0.25), '0.25'],
    [
      atom('bt:resultForm', 'isPartOf', ['score', 'band']),
      atom('bt:resultForm', 'eq', 'band'),
      ['band'],
    ],
    [atom('bt:egressReview', 'eq', 'auto'), atom('bt:egressReview', 'eq', 'dual'), ['dual']],
    [atom('bt:mode', 'eq', 'dp'), atom('bt:mode', 'eq', 'partition'), ['dp']],
    [atom('bt:slack', 'eq', true), atom('bt:slack', 'eq', false), 'false'],
    [atom('bt:queriesPer', 'lteq', 5, 'P1D'), atom('bt:queriesPer', 'lteq', 9, 'P30D'), 5],
  ]
  for (const [a, b, met] of cases) {
    const name = String(a['leftOperand'])
    t.same(ask(set([a], [b])).controls[name], met, name)
    t.same(ask(set([b], [a])).controls[name], met, `${name}, the other way round`)
  }
  t.equal(
    ask(set([atom('bt:resultForm', 'eq', 'score')], [atom('bt:resultForm', 'eq', 'band')])).code,
    'DENY_UNSATISFIABLE_CONTROLS',
  )
  t.equal(
    ask(set([atom('bt:minCohort', 'eq', 10)], [atom('bt:minCohort', 'gteq', 11)])).code,
    'DENY_UNSATISFIABLE_CONTROLS',
  )
  const windows = ask(
    set([atom('bt:queriesPer', 'lteq', 5, 'P1D')], [atom('bt:queriesPer', 'lteq', 9, 'P30D')]),
  )
  t.match(
    outputControls(windows),
    { queriesPer: 5, windowSeconds: 30 * 86_400 },
    'fewest queries over the longest window',
  )
  const dominance = ask(
    set(
      [{ ...atom('bt:dominanceShare', 'lteq', 85), 'bt:n': 3 }],
      [atom('bt:dominanceShare', 'lteq', 90)],
    ),
  )
  t.match(outputControls(dominance), { dominanceN: 3, dominanceShare: 85 })
})

t.test('an executor that cannot keep a control, or does not say, is refused', async (t) => {
  const set = compile([
    policy('contract', {
      permission: [
        permit(
          atom('bt:roundCountBase', 'gteq', 5),
          atom('bt:protocol', 'isAnyOf', ['psi-ecdh', 'he']),
        ),
      ],
    }),
  ])
  const answer = (declared: Parameters<typeof capabilitiesOf>[0]) =>
    decide(
      requestOf({
        action: 'bt:aggregate',
        target: ASSET,
        assignee: BANK,
        authorization: CONTRACT,
        layers: ['contract'],
      }),
      set,
      factsOf({}),
      countersOf(),
      capabilitiesOf(declared),
    ).code
  t.equal(answer({ 'bt:roundCountBase': true, 'bt:protocol': true }), 'PERMIT')
  t.equal(
    answer({ 'bt:roundCountBase': { atMost: 5 }, 'bt:protocol': { anyOf: ['he'] } }),
    'PERMIT',
  )
  t.equal(answer({ 'bt:roundCountBase': { atMost: 4 }, 'bt:protocol': true }), 'DENY_NO_PERMIT')
  t.equal(
    answer({ 'bt:roundCountBase': true, 'bt:protocol': { anyOf: ['tee'] } }),
    'DENY_NO_PERMIT',
  )
  t.equal(answer({ 'bt:roundCountBase': true, 'bt:protocol': false }), 'DENY_NO_PERMIT')
  t.equal(answer({ 'bt:roundCountBase': true }), 'INDETERMINATE{P}')
  t.throws(() => capabilitiesOf({ purpose: true }), { code: 'FACT_INVALID' })
})

t.test('counters: used plus this request must fit, and unknown refuses', async (t) => {
  const set = [
    policy('contract', {
      permission: [permit(atom('count', 'lteq', 3), atom('bt:epsilonTotal', 'lteq', 8, 'P1Y'))],
    }),
  ]
  const cost = { increments: { 'bt:epsilonTotal': 500_000_000 } }
  const fitting = ask(set, { fields: cost, used: { count: 2, 'bt:epsilonTotal': 7_500_000_000 } })
  t.match(
    fitting.reservations,
    [
      { operand: 'bt:epsilonTotal', unit: 'P1Y', amount: 500_000_000, limit: 8_000_000_000 },
      { operand: 'count', amount: 1, limit: 3 },
    ].sort((a, b) => (a.operand < b.operand ? -1 : 1)),
  )
  t.match(outputControls(fitting), { epsilonTotal: 8_000_000_000 })
  t.equal(ask(set, { fields: cost, used: { count: 3 } }).code, 'DENY_NO_PERMIT')
  t.equal(
    ask(set, { fields: cost, used: { 'bt:epsilonTotal': 7_500_000_001 } }).code,
    'DENY_NO_PERMIT',
  )
  t.equal(ask(set).code, 'INDETERMINATE{P}', 'nobody says what the query costs')
  const [, reservation] = fitting.reservations
  t.equal(
    ask(set, { fields: cost, used: { [reservation?.key ?? '']: 3 } }).code,
    'DENY_NO_PERMIT',
    'one counter by its key',
  )
  t.equal(
    ask(set, { fields: cost, used: { 'urn:bt:other#p|count': 3 } }).code,
    'PERMIT',
    'another rule’s counter',
  )
  const request = requestOf({
    action: 'bt:aggregate',
    target: ASSET,
    assignee: BANK,
    authorization: CONTRACT,
    layers: ['contract'],
    ...cost,
  })
  t.equal(
    decide(request, compile(set), factsOf({}), NO_LEDGER, EVERY_CAPABILITY).code,
    'INDETERMINATE{P}',
  )
  t.throws(() => countersOf({ count: -1 }), { code: 'FACT_INVALID' })
  t.throws(() => countersOf({ count: 0.5 }), { code: 'FACT_INVALID' })
  t.throws(
    () =>
      requestOf({
        action: 'use',
        target: ASSET,
        assignee: BANK,
        increments: { count: Number.NaN },
      }),
    { code: 'FACT_INVALID' },
  )
  const misspelt = ['platfrm' as 'platform']
  t.throws(() => requestOf({ action: 'use', target: ASSET, assignee: BANK, layers: misspelt }), {
    code: 'FACT_INVALID',
  })
})

t.test('duties: what must come first, and the earliest deadline of what is owed', async (t) => {
  const duty = (action: string, phase: string, ...constraint: JsonObject[]) => ({
    action,
    'bt:phase': phase,
    constraint,
  })
  const first = policy('contract', {
    permission: [{ ...permit(), duty: [duty('obtainConsent', 'pre')] }],
  })
  const key = `${CONTRACT}#p|duty|obtainConsent`
  t.equal(ask([first]).code, 'PENDING_DUTY')
  t.equal(ask([first], { duties: { [key]: 'fulfilled' } }).code, 'PERMIT')
  t.equal(ask([first], { duties: { [key]: 'violated' } }).code, 'DENY_NO_PERMIT')
  const erase = (days: number) => duty('delete', 'post', atom('delayPeriod', 'lteq', `P${days}D`))
  const pay = (amount: number) =>
    duty('compensate', 'postRelease', atom('payAmount', 'eq', amount, 'CNY'))
  const both = [
    policy('contract', {
      permission: [{ ...permit(), duty: [erase(90), pay(0.8)] }],
      obligation: [duty('bt:meter', 'postRelease')],
    }),
    policy('owner', { permission: [{ ...permit(), duty: [erase(30), pay(1)] }] }),
  ]
  t.match(ask(both).duties, [
    { action: 'bt:meter' },
    { action: 'compensate', parameters: ['payAmount eq 0.8 CNY'] },
    { action: 'compensate', parameters: ['payAmount eq 1 CNY'] },
    { action: 'delete', deadlineMs: 30 * 86_400_000 },
  ])
})

t.test('of several consents the one that is named is used up', async (t) => {
  const snapshot = exampleSnapshot()
  const consent = 'urn:bt:consent:91370100MA3XXXXXXX:0007'
  t.equal(decideBase(snapshot, { request: { consent } }).decision, 'permit')
  t.match(decideBase(snapshot, { request: { consent: 'urn:bt:consent:other' } }), {
    code: 'DENY_NO_PERMIT',
    layer: 'consent',
  })
  t.match(decideBase(snapshot, { request: { subject: 'urn:bt:subject:other' } }), {
    layer: 'consent',
  })
})

t.test('a fact counts only from the source that may state it', async (t) => {
  t.throws(() => factsFrom({ request: { 'bt:identityLevel': 4 } }), { code: 'FACT_INVALID' })
  t.throws(() => factsFrom({ directory: { purpose: 'bt:purpose/audit' } }), {
    code: 'FACT_INVALID',
  })
  t.throws(() => factsOf({ 'bt:minCohort': 5 }), { code: 'FACT_INVALID' })
  t.throws(() => factsOf({ 'bt:unheard': 5 }), { code: 'FACT_INVALID' })
  const { index } = VOCABULARY.operands.get('bt:identityLevel') ?? { index: -1 }
  t.equal(factsFrom({ directory: { 'bt:identityLevel': 4 } }).slots[index], 4)
})

t.test('integer controls: strictest wins, floors and levels never loosen', async (t) => {
  const looser: Controls = {
    ...DEFAULT_CONTROLS,
    minCohort: 2,
    pPercent: 0,
    mode: MODES.indexOf('audited'),
    onFail: FAIL_MODES.indexOf('dp'),
    maxGroups: 900,
  }
  const met = meet(looser, DEFAULT_CONTROLS)
  t.same(met, DEFAULT_CONTROLS)
  t.ok(atLeastAsStrict(met, looser))
  t.notOk(atLeastAsStrict(looser, met))
  const low = ask([policy('contract', { permission: [permit(atom('bt:minCohort', 'gteq', 2))] })])
  t.equal(outputControls(low).minCohort, 3, 'the absolute floor')
  t.equal(outputControls(low, levelControls(4)).minCohort, 20, 'the floor of the level')
  t.equal(outputControls(low, levelControls(4)).mode, MODES.indexOf('dp'))
  t.equal(levelControls(5), undefined)
  for (const value of Object.values(outputControls(low))) t.ok(Number.isSafeInteger(value))
  for (const name of Object.keys(DEFAULT_CONTROLS).filter((one) => one !== 'windowSeconds')) {
    t.ok(VOCABULARY.operands.has(`bt:${name}`), `bt:${name} is in the vocabulary`)
  }
})
