import t from 'tap'
import type { Finding, FindingCode } from '#policies/analysis/finding'
import { lint } from '#policies/analysis/lint'
import type { LintOptions } from '#policies/analysis/study'
import { inputsOfWitness } from '#policies/analysis/witness'
import { compile } from '#policies/compile'
import { decide } from '#policies/decide'
import type { JsonObject, JsonValue } from '#policies/json-value'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import type { Layer } from '#policies/vocabulary-document'
import { example } from './example-world.ts'

const ASSET = 'urn:bt:asset:a'
const END = atom('dateTime', 'lt', '2027-01-01T00:00:00Z')
const EVIDENCE = { action: 'bt:logEvidence', 'bt:phase': 'preRelease' }

function atom(leftOperand: string, operator: string, rightOperand: JsonValue): JsonObject {
  return { leftOperand, operator, rightOperand }
}

function permit(id: string, ...constraint: JsonObject[]): JsonObject {
  return { '@id': id, action: 'bt:sandbox', constraint: [END, ...constraint], duty: [EVIDENCE] }
}

function policy(rules: JsonObject, more: JsonObject = {}, layer: Layer = 'contract'): Policy {
  return loadPolicy({
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    '@type': 'Agreement',
    '@id': `urn:bt:${layer}`,
    'bt:layer': layer,
    'bt:version': '1.0.0',
    'bt:status': 'active',
    target: ASSET,
    assigner: 'did:web:holder.example',
    assignee: 'did:web:bank.example',
    ...rules,
    ...more,
  })
}

/** What the witness of a finding comes to, decided in the layer of its policy alone. */
function decided(finding: Finding, policies: readonly Policy[]): string {
  const snapshot = compile(policies)
  const layer = policies.find(({ id }) => id === finding.policy)?.layer ?? 'contract'
  if (finding.witness === undefined) return 'no witness'
  const { request, facts, counters, capabilities } = inputsOfWitness(finding.witness, snapshot, [
    'platform',
    layer,
  ])
  return decide(request, snapshot, facts, counters, capabilities).code
}

interface Claim {
  readonly code: FindingCode
  readonly policies: readonly Policy[]
  readonly options?: LintOptions
  readonly pointer?: string
  readonly severity?: string
  /** What deciding the witness gives. */
  readonly witness?: string
}

const role = (role: string) => atom('bt:role', 'hasPart', [role])
const level = (bound: number) => atom('bt:dataLevel', 'lt', bound)

const CLAIMS: readonly Claim[] = [
  {
    code: 'LINT_UNSATISFIABLE',
    policies: [policy({ permission: [permit('#p', level(2), atom('bt:dataLevel', 'gteq', 3))] })],
    pointer: '/permission/0/constraint/2',
    severity: 'error',
    witness: 'DENY_NO_PERMIT',
  },
  {
    code: 'LINT_UNSATISFIABLE',
    policies: [
      policy({
        permission: [
          permit(
            '#p',
            atom('purpose', 'isA', 'bt:purpose/research'),
            atom('purpose', 'isA', 'bt:purpose/audit'),
          ),
        ],
      }),
    ],
  },
  {
    code: 'LINT_UNSATISFIABLE',
    policies: [
      policy({
        permission: [
          permit(
            '#p',
            atom('bt:role', 'isPartOf', ['bank']),
            atom('bt:role', 'hasPart', ['insurer']),
          ),
        ],
      }),
    ],
  },
  { code: 'LINT_ALWAYS_DENIES', policies: [policy({ permission: [permit('#p', level(1))] })] },
  {
    code: 'LINT_REDUNDANT',
    policies: [policy({ permission: [permit('#p', level(3), level(4))] })],
    pointer: '/permission/0/constraint/2',
    witness: 'PERMIT',
  },
  {
    code: 'LINT_REDUNDANT',
    policies: [policy({ permission: [permit('#p', atom('bt:dataLevel', 'lteq', 5))] })],
  },
  {
    code: 'LINT_SHADOWED',
    policies: [policy({ permission: [permit('#p'), permit('#q', level(3))] })],
  },
  {
    code: 'LINT_EQUIVALENT',
    policies: [
      policy({
        permission: [permit('#p', level(3)), permit('#q', atom('bt:dataLevel', 'lteq', 2))],
      }),
    ],
  },
  {
    code: 'LINT_SWALLOWED',
    policies: [
      policy({
        permission: [permit('#p', level(3))],
        prohibition: [{ '@id': '#d', action: 'use', constraint: [level(4)] }],
      }),
    ],
    severity: 'error',
    witness: 'DENY_PROHIBITED',
  },
  {
    code: 'LINT_OVERLAP',
    policies: [
      policy({
        permission: [permit('#p', level(4))],
        prohibition: [
          { '@id': '#d', action: 'bt:compute', constraint: [atom('bt:dataLevel', 'gteq', 3)] },
        ],
      }),
    ],
    severity: 'info',
    witness: 'DENY_PROHIBITED',
  },
  {
    code: 'LINT_DUTY_PROHIBITED',
    policies: [
      policy({
        permission: [
          { ...permit('#p'), duty: [EVIDENCE, { action: 'delete', 'bt:phase': 'post' }] },
        ],
        prohibition: [{ '@id': '#d', action: 'delete' }],
      }),
    ],
    severity: 'error',
  },
  {
    code: 'LINT_WIDER_THAN_CEILING',
    policies: [
      policy(
        { permission: [{ '@id': '#c', action: 'bt:compute', constraint: [END, level(3)] }] },
        {},
        'comprehensive',
      ),
      policy(
        { permission: [permit('#p', level(4))] },
        { 'bt:authorizationRef': ['urn:bt:comprehensive'] },
      ),
    ],
    severity: 'warning',
  },
  {
    code: 'LINT_ALWAYS_PERMITS',
    policies: [policy({ permission: [{ '@id': '#p', action: 'bt:sandbox' }] })],
    witness: 'PERMIT',
  },
  {
    code: 'LINT_CONTROL_CONFLICT',
    policies: [
      policy({
        permission: [
          permit('#p', atom('bt:resultForm', 'eq', 'score'), atom('bt:resultForm', 'eq', 'band')),
        ],
      }),
    ],
    severity: 'error',
  },
  {
    code: 'LINT_CONTROL_CONFLICT',
    policies: [
      policy(
        { permission: [permit('#p', atom('bt:minCohort', 'eq', 5))] },
        { 'bt:authorizationRef': ['urn:bt:domain'] },
      ),
      policy({ permission: [permit('#c', atom('bt:minCohort', 'gteq', 10))] }, {}, 'domain'),
    ],
  },
  {
    code: 'LINT_UNREACHABLE_COHORT',
    policies: [policy({ permission: [permit('#p', atom('bt:minCohort', 'gteq', 500))] })],
    options: { catalogue: { sizes: { [ASSET]: 120 } } },
  },
  {
    code: 'LINT_OMNIBUS',
    policies: [policy({ permission: [{ ...permit('#p'), action: 'bt:reveal' }] })],
    severity: 'error',
  },
  {
    code: 'LINT_NO_EXPIRY',
    policies: [
      policy({ permission: [{ '@id': '#p', action: 'bt:sandbox', constraint: [level(3)] }] }),
    ],
    witness: 'PERMIT',
  },
  {
    code: 'LINT_NO_CONSENT',
    policies: [policy({ permission: [{ ...permit('#p'), action: 'bt:score' }] })],
  },
  {
    code: 'LINT_NO_EVIDENCE',
    policies: [policy({ permission: [{ '@id': '#p', action: 'bt:sandbox', constraint: [END] }] })],
  },
  {
    code: 'LINT_DEPRECATED_TERM',
    policies: [policy({ permission: [permit('#p', atom('purpose', 'isA', 'bt:purpose/credit'))] })],
  },
  {
    code: 'LINT_EXPIRES_SOON',
    policies: [policy({ permission: [permit('#p')] })],
    options: { now: Date.UTC(2026, 11, 15) },
    witness: 'PERMIT',
  },
  {
    code: 'LINT_DIFFERENCING',
    policies: [policy({ permission: [{ ...permit('#p'), action: 'bt:aggregate' }] })],
  },
  {
    code: 'LINT_MIXED_SET',
    policies: [
      policy({
        permission: [permit('#p')],
        prohibition: [
          {
            '@id': '#d',
            action: 'use',
            constraint: [atom('bt:recipientRegion', 'isNoneOf', ['CN'])],
          },
        ],
      }),
    ],
    pointer: '/prohibition/0/constraint/0',
  },
  {
    code: 'LINT_UNPINNED',
    policies: [
      policy({ permission: [permit('#p')] }, { inheritFrom: ['urn:bt:domain'] }),
      policy({ permission: [permit('#c')] }, {}, 'domain'),
    ],
  },
  {
    code: 'LINT_TOO_COMPLEX',
    policies: [
      policy({
        permission: [
          permit(
            '#p',
            ...Array.from({ length: 13 }, () => ({ or: [role('bank'), role('insurer')] })),
          ),
        ],
      }),
    ],
  },
]

t.test('each analysis finds what it is for, with a request that shows it', async (t) => {
  for (const { code, policies, options, pointer, severity, witness } of CLAIMS) {
    const found = lint(policies, options).filter((finding) => finding.code === code)
    t.ok(found.length > 0, code)
    const [finding] = found
    if (finding === undefined) continue
    if (pointer !== undefined) t.equal(finding.pointer, pointer, `${code}: place`)
    if (severity !== undefined) t.equal(finding.severity, severity, `${code}: severity`)
    if (witness !== undefined) t.equal(decided(finding, policies), witness, `${code}: witness`)
    t.ok(finding.witness, `${code}: has a witness`)
    t.match(finding.zh, /[\u4e00-\u9fff]/, `${code}: Chinese`)
    t.notMatch(finding.en, /[\u4e00-\u9fff]/, `${code}: English`)
  }
})

t.test('a sound policy has no findings', async (t) => {
  const sound = policy({
    permission: [permit('#p', level(4), atom('bt:egressReview', 'eq', 'dual'))],
  })
  t.same(lint([sound]), [])
})

t.test('the witness of an overlap lies in both, that of a widening in one only', async (t) => {
  const [overlap] = CLAIMS.filter(({ code }) => code === 'LINT_OVERLAP')
  const policies = overlap?.policies ?? []
  const found = lint(policies).find(({ code }) => code === 'LINT_OVERLAP')
  t.match(found?.witness?.facts, { 'bt:dataLevel': { '@value': '3' } })
})

t.test('the example policies: what their authors should know', async (t) => {
  const names = [
    '01-comprehensive',
    '02-domain-tax',
    '03-contract-bank-score',
    '06-join-ccl',
    '08-platform-guard',
  ]
  const findings = lint(names.map(example)).filter(({ severity }) => severity !== 'info')
  const told = (code: FindingCode) =>
    findings.filter((one) => one.code === code).map(({ policy, rule }) => policy + rule)
  t.same(told('LINT_UNPINNED'), [
    'urn:bt:auth:jn:tax:2026-03#finance',
    'urn:bt:contract:ql-bank:sme-loan:0007#score',
  ])
  t.ok(told('LINT_NO_EXPIRY').includes('urn:bt:contract:psi:social-insurance-x-bank#psi-stat'))
  t.notOk(
    told('LINT_NO_EXPIRY').some((rule) => rule.startsWith('urn:bt:auth:jn:comprehensive')),
    'a prohibition ends it',
  )
  t.same(
    findings.filter(({ severity }) => severity === 'error'),
    [],
  )
})

t.test('references inside a set: one id twice, a circle, a pin of another content', async (t) => {
  const rules = { permission: [permit('#p')] }
  const parent = policy(rules, { '@id': 'urn:bt:parent' }, 'domain')
  const child = (pin: string) => policy(rules, { '@id': 'urn:bt:child', inheritFrom: [pin] })
  const wrong = `urn:bt:parent#${child('urn:bt:parent').digest}`
  const found = (policies: readonly Policy[]) =>
    lint(policies)
      .filter(({ code }) => code.startsWith('POLICY_'))
      .map(({ code, policy: id, pointer }) => `${code} ${id} ${pointer}`)
  t.same(found([parent, child(`urn:bt:parent#${parent.digest}`)]), [])
  t.same(found([parent, child(wrong)]), ['POLICY_INHERITANCE urn:bt:child /inheritFrom/0'])
  const circular = policy(rules, { '@id': 'urn:bt:parent', inheritFrom: ['urn:bt:child'] })
  t.same(found([circular, child('urn:bt:parent')]), [
    'POLICY_INHERITANCE urn:bt:child /inheritFrom',
    'POLICY_INHERITANCE urn:bt:parent /inheritFrom',
  ])
  const twin = policy({ permission: [permit('#q')] }, { '@id': 'urn:bt:parent' }, 'domain')
  const draft = policy(rules, { '@id': 'urn:bt:parent', 'bt:status': 'draft' }, 'domain')
  t.equal(found([parent, twin]).length, 2)
  t.same(found([parent, draft]), [])
})
