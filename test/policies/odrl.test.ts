import t from 'tap'
import type { JsonObject, JsonValue } from '#policies/json-value'
import { evaluateOdrl, type OdrlRequest, type OdrlWorld } from '#policies/odrl/evaluate'
import { groundedVerdict } from '#policies/odrl/grounded'
import { scalarOf } from '#policies/odrl/scalar'
import { conflictVerdict } from '#policies/odrl/verdict'

const REQUEST: OdrlRequest = { action: 'read', assignee: 'urn:alice', target: 'urn:x' }
const DPV = 'https://w3id.org/dpv#'

function atom(leftOperand: string, operator: string, rightOperand: JsonValue): JsonObject {
  return { leftOperand, operator, rightOperand }
}

function typed(value: string, type: string): JsonObject {
  return { '@value': value, '@type': `xsd:${type}` }
}

function policy(effect: string, rule: JsonObject): JsonObject {
  return { [effect]: { '@id': 'urn:r', action: 'read', ...rule } }
}

function isActive(rule: JsonObject, world: OdrlWorld = {}, request = REQUEST): boolean {
  const [report] = evaluateOdrl(policy('permission', rule), request, world)
  return report?.activationState === 'Active'
}

t.test('constraints of other profiles, against facts', async (t) => {
  const partOf = [
    ['urn:jinan', 'urn:shandong'],
    ['urn:shandong', 'urn:china'],
    ['urn:china', 'urn:china'],
  ] as const
  const claims: readonly (readonly [JsonObject, JsonValue | undefined, boolean])[] = [
    [atom('purpose', 'eq', `${DPV}Audit`), `${DPV}Audit`, true],
    [atom('purpose', 'eq', `${DPV}Audit`), 'https://other.example/Audit', false],
    [atom('purpose', 'eq', 'a'), ['a', 'b'], false],
    [atom('purpose', 'isAnyOf', ['a', 'b']), 'b', true],
    [atom('purpose', 'isNoneOf', ['a', 'b']), 'b', false],
    [atom('purpose', 'neq', 'a'), undefined, false],
    [atom('language', 'isAllOf', ['en', 'fr']), ['fr', 'en', 'de'], true],
    [atom('language', 'isAllOf', ['en', 'fr']), 'fr', false],
    [atom('media', 'isAnyOf', { '@list': ['a', 'b'] }), 'b', true],
    [atom('spatial', 'isPartOf', 'urn:china'), 'urn:jinan', true],
    [atom('spatial', 'isPartOf', 'urn:jinan'), 'urn:china', false],
    [atom('spatial', 'hasPart', 'urn:jinan'), 'urn:china', true],
    [atom('recipient', 'isA', 'urn:china'), 'urn:jinan', true],
    [atom('version', 'eq', typed('1.0', 'string')), typed('1', 'string'), false],
    [atom('percentage', 'lteq', typed('1e1', 'double')), 10, true],
    [atom('count', 'lt', 'many'), 3, false],
    [atom('elapsedTime', 'lteq', typed('PT1H', 'duration')), typed('PT61M', 'duration'), false],
  ]
  for (const [constraint, fact, holds] of claims) {
    const { leftOperand: name } = constraint
    const facts = fact === undefined ? {} : { [String(name)]: fact }
    const what = `${JSON.stringify(constraint)} of ${JSON.stringify(fact)}`
    t.equal(isActive({ constraint }, { facts, partOf }), holds, what)
  }
})

t.test('the world stands over what a request says about itself', async (t) => {
  const constraint = atom('count', 'lteq', 3)
  const request = { ...REQUEST, context: [atom('odrl:count', 'eq', 1)] }
  t.ok(isActive({ constraint }, {}, request))
  t.notOk(isActive({ constraint }, { facts: { count: 9 } }, request))
})

t.test('a rule on two targets or for two parties stands for one rule on each', async (t) => {
  t.ok(isActive({ target: ['urn:y', 'urn:x'], assignee: ['urn:bob', 'urn:alice'] }))
  t.notOk(isActive({ target: ['urn:y', 'urn:z'] }))
})

t.test('refinements of actions and collections narrow the rule', async (t) => {
  const refinement = atom('resolution', 'lteq', 300)
  const action = { 'rdf:value': { '@id': 'odrl:read' }, refinement }
  const target = { '@type': 'AssetCollection', source: 'urn:all', refinement: [refinement] }
  for (const [resolution, active] of [
    [300, true],
    [301, false],
  ] as const) {
    const world = { facts: { resolution }, partOf: [['urn:x', 'urn:all']] as const }
    t.equal(isActive({ action }, world), active)
    t.equal(isActive({ target }, world), active)
  }
})

t.test('an obligation is reported as a duty', async (t) => {
  const [report] = evaluateOdrl(policy('obligation', {}), REQUEST, {})
  t.match(report, { type: 'DutyReport', activationState: 'Active' })
})

t.test('an instant without a zone is the same on every machine', async (t) => {
  t.equal(scalarOf('2026-05-01T00:00:00'), Date.UTC(2026, 4, 1))
  t.equal(scalarOf('2026-05-01'), Date.UTC(2026, 4, 1))
})

t.test('conflicts between rules that forbid and rules that permit or oblige', async (t) => {
  const upTo = (bound: number) => ({ constraint: atom('percentage', 'lteq', bound) })
  const over = (bound: number) => ({ constraint: atom('percentage', 'gt', bound) })
  const claims: readonly (readonly [readonly JsonObject[], string])[] = [
    [[policy('permission', upTo(50)), policy('prohibition', over(40))], 'Conflict'],
    [[policy('permission', upTo(50)), policy('prohibition', over(50))], 'Compatible'],
    [[{ ...policy('permission', upTo(50)), ...policy('prohibition', upTo(3)) }], 'Conflict'],
    [[policy('obligation', {}), policy('prohibition', { action: 'use' })], 'Conflict'],
    [[policy('obligation', {}), policy('prohibition', { action: 'sell' })], 'Compatible'],
    [
      [policy('permission', { target: 'urn:x' }), policy('prohibition', { target: 'urn:y' })],
      'Compatible',
    ],
    [[policy('prohibition', upTo(50)), policy('prohibition', upTo(40))], 'Compatible'],
  ]
  for (const [policies, wanted] of claims) {
    t.equal(conflictVerdict(policies), wanted, JSON.stringify(policies))
  }
})

t.test('value spaces of operands decide what can be satisfied', async (t) => {
  const claims: readonly (readonly [JsonObject, string])[] = [
    [{ and: [atom('count', 'gt', 5), atom('count', 'lt', 6)] }, 'Conflict'],
    [{ and: [atom('count', 'gt', 4.5), atom('count', 'lt', 5.5)] }, 'Compatible'],
    [atom('count', 'eq', 2.5), 'Conflict'],
    [atom('resolution', 'lteq', 0), 'Conflict'],
    [atom('payAmount', 'eq', 0), 'Compatible'],
    [atom('relativePosition', 'gt', 100), 'Conflict'],
    [atom('resolution', 'isAllOf', [300, 300]), 'Compatible'],
    [atom('resolution', 'isAllOf', [300, 600]), 'Conflict'],
    [{ and: [atom('purpose', 'isAllOf', ['a', 'b']), atom('purpose', 'eq', 'a')] }, 'Conflict'],
    [
      { and: [atom('purpose', 'isAllOf', ['a', 'b']), atom('purpose', 'isNoneOf', ['c'])] },
      'Compatible',
    ],
  ]
  for (const [constraint, wanted] of claims) {
    const verdict = conflictVerdict([policy('permission', { constraint })])
    t.equal(verdict, wanted, JSON.stringify(constraint))
  }
})

t.test('terms that nobody relates are neither compatible nor in conflict', async (t) => {
  const verdict = (a: JsonObject, b: JsonObject) =>
    groundedVerdict([a, b].map((constraint) => policy('permission', { constraint })))
  const purpose = (operator: string, ...terms: string[]) => atom('purpose', operator, terms)
  const language = (operator: string, ...tags: string[]) => atom('language', operator, tags)
  t.equal(verdict(purpose('eq', 'a'), purpose('eq', 'b')), 'Unknown')
  t.equal(verdict(purpose('isA', 'a'), purpose('eq', 'a')), 'Compatible')
  t.equal(verdict(purpose('neq', 'a'), purpose('eq', 'a')), 'Conflict')
  t.equal(verdict(purpose('neq', 'a'), purpose('isNoneOf', 'b')), 'Compatible')
  t.equal(verdict(language('eq', 'de'), language('eq', 'fr')), 'Conflict')
  t.equal(verdict(language('isPartOf', 'de'), language('eq', 'de-AT')), 'Compatible')
  t.equal(verdict(language('eq', 'de'), purpose('eq', 'a')), 'Compatible')
})

t.test('recurrences of fractions of a second come to an answer', async (t) => {
  const every = (period: string) =>
    policy('permission', { constraint: atom('timeInterval', 'eq', typed(period, 'duration')) })
  t.equal(conflictVerdict([every('PT0.3S'), every('PT0.7S')], 0.1), 'Compatible')
  t.equal(conflictVerdict([every('P2D'), every('P4D')], 86_400), 'Conflict')
})
