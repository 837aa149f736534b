import t from 'tap'
import { canonicalPolicy } from '#policies/canonical-policy'
import { PolicyError } from '#policies/errors'
import type { JsonObject } from '#policies/json-value'
import { loadPolicy } from '#policies/load'
import { fromNational } from '#policies/national/from-national'
import { toNational } from '#policies/national/to-national'
import { VOCABULARY } from '#policies/vocabulary'
import { example } from './example-world.ts'
import { dice, policies } from './generator.ts'

const { actions, operands, operators, national } = VOCABULARY.document
const NAMES = [
  '02-domain-tax',
  '03-contract-bank-score',
  '04-consent-enterprise',
  '05-dp-stats',
  '06-join-ccl',
  '07-sandbox',
]

t.test(
  'the dictionaries are covered: 3 kinds, 20 actions, 18 constraints, 12 operators, 4 decisions',
  async (t) => {
    t.equal(Object.keys(national.kinds).length, 3)
    t.equal(Object.values(actions).filter((action) => action.national !== undefined).length, 20)
    const constraints = Object.values(operands).filter((operand) => operand.national !== undefined)
    t.equal(constraints.length + national.inexpressible.length, 18)
    t.same(
      Object.values(operators)
        .map((operator) => operator.national)
        .sort(),
      ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'],
    )
    t.equal(operators.hasPart.national, '04')
    t.equal(operators.isNoneOf.national, '08')
    t.equal(Object.keys(national.decisions).length, 4)
  },
)

t.test('there and back gives the same policy', async (t) => {
  for (const name of NAMES) {
    t.equal(
      fromNational(JSON.stringify(toNational(example(name)))).digest,
      example(name).digest,
      name,
    )
  }
  const roll = dice(5)
  let converted = 0
  for (const document of Array.from({ length: 60 }, () => policies(roll)).flat()) {
    const policy = loadPolicy(document)
    try {
      t.equal(fromNational(toNational(policy)).digest, policy.digest)
      converted++
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      const plain =
        policy.conflict === 'prohibit' &&
        policy.rules.every(({ constraints }) => constraints.every(({ kind }) => kind === 'atom'))
      t.notOk(plain, 'only alternatives and imports are refused')
    }
  }
  t.ok(converted > 60, `${converted} converted`)
})

t.test('what the dictionaries cannot say is refused', async (t) => {
  t.throws(() => toNational(example('08-platform-guard')), { code: 'CONVERT_INEXPRESSIBLE' })
})

function national1(rule: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    policyId: 'urn:bt:contract:n',
    policyVersion: '1.0.0',
    status: '05',
    assignerId: '511370100XXTAX0010K3701000000019',
    assigneeId: 'did:web:bank.example',
    target: '611370100XXTAX0010K370100000001O',
    policies: [{ policyType: '01', action: 'compute', ...rule }],
    ...more,
  }
}

t.test('a document as others write it', async (t) => {
  const count = { constraint: 'count', operator: '11', value: '200' }
  const environment = { constraint: 'executionEnv', operator: '07', value: ['03', '06'] }
  const mode = { constraint: 'encryptMode', operator: '01', value: '02' }
  const policy = fromNational(
    national1({
      constraints: [
        count,
        environment,
        mode,
        { constraint: 'logRecordSend', operator: '01', value: '01' },
      ],
    }),
  )
  t.match(canonicalPolicy(policy), {
    assigner: 'urn:ndi:511370100XXTAX0010K3701000000019',
    'bt:status': 'active',
    permission: [
      {
        '@id': '#rule-1',
        action: 'bt:compute',
        constraint: [
          { leftOperand: 'bt:encryptMode', operator: 'eq', rightOperand: 'cipher' },
          { leftOperand: 'bt:executionEnv', operator: 'isAnyOf', rightOperand: ['he', 'mpc'] },
          { leftOperand: 'count', operator: 'lteq' },
        ],
        duty: [{ action: 'bt:logEvidence', 'bt:phase': 'post' }],
      },
    ],
  })
})

t.test('the documents’ own misspellings are read', async (t) => {
  const written = national1({
    action: 'export',
    constraints: [{ constraint: 'dateRecord', operator: '11', value: '10' }],
    duty: [{ policyType: '03', action: 'plicyTransmit', order: 'post' }],
  })
  const { assignerId, assigneeId, status, ...rest } = written
  const policy = fromNational({
    ...rest,
    providerNodeId: assignerId ?? '',
    consumerNodeId: assigneeId ?? '',
    negotiationStatus: status ?? '',
  })
  t.match(canonicalPolicy(policy), {
    permission: [
      {
        action: 'bt:export',
        constraint: [{ leftOperand: 'bt:maxRows' }],
        duty: [{ action: 'nextPolicy' }],
      },
    ],
  })
})

t.test('the names of control instructions and terminations are read', async (t) => {
  const { policyId, status: _, ...rest } = national1({})
  const ended = { ...rest, ctrlInstructiontId: policyId ?? '', status: '06', erminateType: '01' }
  t.match(canonicalPolicy(fromNational(ended)), { '@id': policyId, 'bt:status': 'revoked' })
})

t.test('a value named like a member of every object stays a value', async (t) => {
  const named = { constraint: 'deliveryMethod', operator: '01', value: 'constructor' }
  t.throws(() => fromNational(national1({ constraints: [named] })), { code: 'POLICY_UNKNOWN_TERM' })
  const read = { constraint: 'dataField', operator: '09', value: ['constructor', 'toString'] }
  t.match(canonicalPolicy(fromNational(national1({ constraints: [read] }))), {
    permission: [{ constraint: [{ rightOperand: ['constructor', 'toString'] }] }],
  })
})

t.test('nothing unknown is mapped to something near it', async (t) => {
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    ['an unknown action', national1({ action: 'fly' }), 'POLICY_UNKNOWN_TERM'],
    [
      'an unknown operator',
      national1({ constraints: [{ constraint: 'count', operator: '13', value: '1' }] }),
      'POLICY_UNKNOWN_TERM',
    ],
    [
      'an unknown constraint',
      national1({ constraints: [{ constraint: 'mood', operator: '01', value: '1' }] }),
      'POLICY_UNKNOWN_TERM',
    ],
    [
      'a value expression',
      national1({
        constraints: [{ constraint: 'valueExpression', operator: '01', value: 'a > b' }],
      }),
      'CONVERT_INEXPRESSIBLE',
    ],
    ['an unknown kind', national1({ policyType: '04' }), 'POLICY_UNKNOWN_TERM'],
    [
      'an unknown code of a value',
      national1({ constraints: [{ constraint: 'executionEnv', operator: '01', value: '09' }] }),
      'POLICY_UNKNOWN_TERM',
    ],
    [
      'an extension that is no kind of its action',
      national1({ action: 'read', actionExtension: 'bt:score' }),
      'POLICY_PLACE',
    ],
    [
      'another namespace',
      national1({}, { extension: { namespace: 'https://example.org' } }),
      'POLICY_UNKNOWN_TERM',
    ],
    ['a member nobody knows', national1({ remark: 'x' }), 'POLICY_UNKNOWN_MEMBER'],
    ['a status that is not defined', national1({}, { status: '04' }), 'POLICY_UNKNOWN_TERM'],
    [
      'two names of one member that contradict each other',
      national1({}, { status: '06', creationFlag: '05' }),
      'POLICY_DUPLICATE_KEY',
    ],
    [
      'a contract at its end that the extension calls active',
      national1({}, { status: '06', extension: { 'bt:status': 'active' } }),
      'POLICY_VALUE',
    ],
    [
      'a rule inside the extension',
      national1({}, { extension: { prohibition: [] } }),
      'POLICY_UNKNOWN_MEMBER',
    ],
    ['an extension that is no object', national1({}, { extension: 'x' }), 'POLICY_WRONG_TYPE'],
    [
      'a duty that is a prohibition',
      national1({ duty: [{ policyType: '02', action: 'delete', order: 'post' }] }),
      'POLICY_PLACE',
    ],
  ]
  for (const [what, document, code] of cases) t.throws(() => fromNational(document), { code }, what)
})
