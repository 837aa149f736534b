import t from 'tap'
import { countersOf, NO_LEDGER } from '#policies/counters'
import type { Query, QueryRequest } from '#protocol/messages/query'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { judgeQuestion } from '#protocol/policy-judgement'
import { OVERLAP_LEFT_TO_HOLDERS, type QuestionParts } from '#protocol/policy-question'
import { testSnapshot } from '../gateway/support/policies.ts'
import { product } from '../gateway/support/product.ts'
import { QUERY, requestOf } from '../gateway/support/request.ts'
import { createTestSpace, participantOf } from '../gateway/support/space.ts'

const space = await createTestSpace()
const snapshot = testSnapshot()
const directory = await space.directory()

function parts(request: Partial<QueryRequest> = {}, change: Partial<QuestionParts> = {}) {
  const asked = requestOf(space, snapshot, request)
  const its = change.product ?? product
  return {
    request: asked,
    product: its,
    plan: planGroupedAggregate(asked.query, its),
    directory,
    gateway: space.members.gateway.did,
    release: space.members.release.did,
    now: space.clock.now(),
    queryOverlap: OVERLAP_LEFT_TO_HOLDERS,
    ...change,
  }
}

function judged(question: QuestionParts, by = snapshot, counters = countersOf()) {
  return judgeQuestion(question, by, counters)
}

t.test('a question that all four layers permit comes back with its controls', async (t) => {
  const judgement = judged(parts())
  if (judgement.effect === 'deny') throw new Error(judgement.code)
  t.match(judgement.controls, { minCohort: 12, minHolders: 3, pPercent: 10, maxGroups: 6 })
  t.equal(judgement.policies.length, 4)
})

function at(ms: number): string {
  return new Date(space.clock.now() + ms).toISOString()
}

t.test('one thing changed refuses, each with its own code', async (t) => {
  const { bank, rival } = space.members
  const ask = (query: Partial<Query>) => parts({ query: { ...QUERY, ...query } })
  const where = [{ column: 'heads', operator: 'gteq', value: '10' }]
  const wide = { ...product, columns: product.columns.map((c) => ({ ...c, level: 4 })) }
  const secret = { ...product, columns: product.columns.map((c) => ({ ...c, level: 5 })) }
  const withoutGuard = testSnapshot({ contract: [] })
  const cases: readonly (readonly [string, string, QuestionParts])[] = [
    ['another scenario', 'DENY_NO_PERMIT', parts({ scenario: 'urn:bt:scenario:x' })],
    ['another purpose', 'DENY_NO_PERMIT', parts({ purpose: 'bt:purpose/marketing' })],
    ['signed too long ago', 'REQUEST_STALE', parts({ issuedAt: at(-3_600_001) })],
    ['signed in the future', 'REQUEST_STALE', parts({ issuedAt: at(60_000) })],
    ['a purpose nobody knows', 'INDETERMINATE_P', parts({ purpose: 'x' })],
    ['another consumer', 'DENY_NO_PERMIT', parts({ consumer: rival.did, deliverTo: rival.did })],
    ['no such contract', 'CONTRACT_UNKNOWN', parts({ contract: { id: 'urn:x:y', digest: '' } })],
    ['a layer that is no contract', 'CONTRACT_UNKNOWN', parts({ contract: authorization() })],
    ['another text of it', 'CONTRACT_DIFFERS', parts({ contract: otherText() })],
    ['more attributes than allowed', 'DENY_SHAPE', ask({ where: [...where, ...where] })],
    [
      'more measures than allowed',
      'DENY_SHAPE',
      ask({ measures: Array(5).fill({ function: 'count' }) }),
    ],
    ['a graver level', 'DENY_PROHIBITED', parts({}, { product: wide })],
    ['the gravest level', 'DENY_PROHIBITED', parts({}, { product: secret })],
    ['too near to a released one', 'DENY_PROHIBITED', parts({}, { queryOverlap: 9 })],
    ['a ledger that says nothing', 'INDETERMINATE_D', parts({}, { queryOverlap: undefined })],
  ]
  for (const [name, code, question] of cases) {
    t.match(judged(question), { effect: 'deny', code }, name)
  }
  t.match(judged(parts(), withoutGuard), { effect: 'permit' }, `control: ${bank.did} may ask`)
})

function authorization() {
  const digest = snapshot.policies.get('urn:bt:auth:test')?.policy.digest ?? ''
  return { id: 'urn:bt:auth:test', digest }
}

function otherText() {
  const { contract } = requestOf(space, testSnapshot({ consumer: 'did:web:rival.example' }))
  return contract
}

t.test('groups count empty ones, against the strictest limit', async (t) => {
  const tight = testSnapshot({
    contract: [{ leftOperand: 'bt:maxGroups', operator: 'lteq', rightOperand: 5 }],
  })
  const { contract } = requestOf(space, tight)
  t.match(judged(parts({ contract }), tight), { effect: 'deny', code: 'DENY_SHAPE' })
  const query = { ...QUERY, groupBy: ['section'] }
  t.match(judged(parts({ contract, query }), tight), { effect: 'permit' })
})

t.test('a control that this protocol cannot keep refuses, unknown or not', async (t) => {
  const demands: readonly (readonly [string, string, unknown])[] = [
    ['bt:epsilonPerQuery', 'lteq', '0.5'],
    ['bt:mode', 'gteq', 'dp'],
    ['bt:onFail', 'gteq', 'deny'],
    ['bt:roundCountBase', 'gteq', 5],
    ['bt:resultRecipient', 'isPartOf', ['did:web:rival.example']],
    ['bt:entityKey', 'eq', 'uscc'],
    ['bt:maxOutputBytes', 'lteq', 100],
  ]
  for (const [leftOperand, operator, rightOperand] of demands) {
    const demanding = testSnapshot({ contract: [{ leftOperand, operator, rightOperand }] })
    const { contract } = requestOf(space, demanding)
    t.match(judged(parts({ contract }), demanding), { effect: 'deny' }, leftOperand)
  }
  const kept = testSnapshot({
    contract: [
      { leftOperand: 'bt:mode', operator: 'gteq', rightOperand: 'partition' },
      { leftOperand: 'bt:totalKnown', operator: 'eq', rightOperand: false },
      {
        leftOperand: 'bt:resultRecipient',
        operator: 'isPartOf',
        rightOperand: ['did:web:bank.example'],
      },
    ],
  })
  const { contract } = requestOf(space, kept)
  t.match(judged(parts({ contract }), kept), { effect: 'permit' }, 'control: these it keeps')
})

t.test('a limit on use is unknown without a ledger, and reserved with one', async (t) => {
  const metered = testSnapshot({
    contract: [{ leftOperand: 'count', operator: 'lteq', rightOperand: 3 }],
  })
  const question = parts({ contract: requestOf(space, metered).contract })
  t.match(judged(question, metered, NO_LEDGER), { effect: 'deny', code: 'INDETERMINATE_P' })
  t.match(judged(question, metered, countersOf({ count: 3 })), { code: 'DENY_NO_PERMIT' })
  const judgement = judged(question, metered, countersOf({ count: 2 }))
  if (judgement.effect === 'deny') throw new Error(judgement.code)
  t.match(judgement.decision.reservations, [{ operand: 'count', amount: 1, limit: 3 }])
})

t.test('a party of the query that is not active is no party', async (t) => {
  const participants = Object.values(space.members)
    .map(participantOf)
    .map((entry) =>
      entry.did === space.members.qingdao.did ? { ...entry, state: 'suspended' as const } : entry,
    )
  const without = await space.directory({ participants })
  t.throws(() => judged(parts({}, { directory: without })), { code: 'PARTICIPANT_INACTIVE' })
})
