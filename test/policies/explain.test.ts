import t from 'tap'
import { canonical } from '#crypto/digest'
import { evaluationReport } from '#policies/evaluation-report'
import { explain } from '#policies/explain'
import type { JsonValue } from '#policies/json-value'
import { nationalDecision } from '#policies/national/decision-value'
import { decideBase, exampleSnapshot } from './example-world.ts'

const snapshot = exampleSnapshot()

t.test('a refusal names the constraint that is missing, in both languages', async (t) => {
  const record = explain(decideBase(snapshot, { facts: { 'bt:consent': undefined } }), 'consumer')
  t.match(record, {
    decision: 'deny',
    code: 'INDETERMINATE{P}',
    layer: 'comprehensive',
    nearest: {
      policy: 'urn:bt:auth:jn:comprehensive:2026',
      rule: '#score',
      missing: [{ leftOperand: 'bt:consent', operator: 'eq', rightOperand: 'granted' }],
      withheld: 0,
      hint_en: 'would permit if consent of the subject is granted',
      hint_zh: '如满足以下条件则可允许：主体授权状态 等于 granted',
    },
  })
})

t.test('a record holds every layer, rule and constraint with its value', async (t) => {
  const record = explain(decideBase(snapshot), 'provider')
  t.same(
    record.layers.map(({ layer, result }) => `${layer} ${result}`),
    [
      'platform ok',
      'comprehensive PERMIT',
      'domain PERMIT',
      'owner skipped',
      'contract PERMIT',
      'consent PERMIT',
    ],
  )
  const [once] = record.layers[5]?.rules ?? []
  t.match(once, {
    rule: '#once',
    policy: 'urn:bt:consent:91370100MA3XXXXXXX:0007',
    version: '1.0.0',
    state: 'active',
  })
  t.match(
    once?.constraints.find(({ left }) => left === 'bt:scenario'),
    {
      op: 'eq',
      k3: 'T',
      source: 'request',
      phase: 'request',
      value: 'urn:bt:scenario:sme-loan-preapproval',
    },
  )
  t.same(record.attestedOnly, ['purpose'])
  t.equal(record.ts, Date.parse('2026-05-01T10:00:00+08:00'))
  t.match(record.id, /^sha256-/)
  t.doesNotThrow(() => canonical(record as unknown as JsonValue))
})

t.test(
  'a refused consumer cannot tell worlds apart that differ in provider-only facts',
  async (t) => {
    const refused = (overlap: number | undefined) =>
      decideBase(snapshot, {
        request: { action: 'bt:aggregate' },
        facts: { 'bt:queryOverlap': overlap },
      })
    const codes = [0, 9, 50, undefined].map((overlap) => refused(overlap).code)
    t.ok(new Set(codes).size > 1, 'to the provider the worlds do differ')
    const told = [0, 9, 50, undefined].map((overlap) =>
      JSON.stringify(explain(refused(overlap), 'consumer')),
    )
    t.equal(new Set(told).size, 1)
    t.notMatch(told[0] ?? '', /"value":9|"50"/)
  },
)

t.test('a value that only its owner may read is told as a digest', async (t) => {
  const { layers } = explain(decideBase(snapshot), 'provider')
  t.notMatch(JSON.stringify(layers), /91370100MA3XXXXXXX"\s*,\s*"source"/)
})

t.test('what the consumer is told of a permit leaves out confidential parameters', async (t) => {
  const permitted = decideBase(snapshot)
  const record = explain(permitted, 'consumer')
  t.ok(record.layers.every(({ rules }) => rules.length === 0))
  t.match(record.controls, { 'bt:rounding': 5 })
})

t.test('each code has a decision value of the national dictionary', async (t) => {
  t.equal(nationalDecision('PERMIT'), 'allowed')
  t.equal(nationalDecision('PENDING_DUTY'), 'conditional')
  t.equal(nationalDecision('DENY_PROHIBITED'), 'denied')
  t.equal(nationalDecision('DENY_NO_PERMIT'), 'default-denied')
  t.equal(nationalDecision('INDETERMINATE{D}'), 'default-denied')
})

t.test('a record serialises to the evaluation report of the W3C draft', async (t) => {
  const report = evaluationReport(explain(decideBase(snapshot), 'provider'))
  const once = 'urn:bt:consent:91370100MA3XXXXXXX:0007#once'
  const rules = report['ruleReport']
  t.match(Array.isArray(rules) ? rules.find(({ rule }) => rule === once) : undefined, {
    '@type': 'PermissionReport',
    activationState: 'Active',
    premiseReport: [{ satisfactionState: 'Satisfied' }],
  })
})
