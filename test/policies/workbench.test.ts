import { readFileSync } from 'node:fs'
import t from 'tap'
import { diffPolicies } from '#policies/analysis/diff'
import { inputsOfWitness } from '#policies/analysis/witness'
import { compile } from '#policies/compile'
import { decide } from '#policies/decide'
import type { JsonObject } from '#policies/json-value'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import { Replay, readRecord } from '#policies/replay'
import { runTests } from '#policies/testing/run-tests'
import { readTestFile } from '#policies/testing/test-file'
import {
  BASE_FACTS,
  BASE_REQUEST,
  decideBase,
  example,
  exampleSnapshot,
  exampleText,
} from './example-world.ts'

const PROFILE = readFileSync(new URL('./examples/profile.policytest.json', import.meta.url), 'utf8')
const NAMES = [
  '01-comprehensive',
  '02-domain-tax',
  '03-contract-bank-score',
  '04-consent-enterprise',
  '08-platform-guard',
]

t.test('the test file of the profile passes, and notices when a policy changes', async (t) => {
  const file = readTestFile(PROFILE)
  const report = runTests(file, NAMES.map(example))
  t.ok(report.passed)
  t.same(
    report.cases.flatMap(({ differences }) => differences),
    [],
  )
  t.ok(report.mutation.killed > 20)
  const looser = loadPolicy(exampleText('04-consent-enterprise').replace('"3"', '"4"'))
  const changed = runTests(file, [
    ...NAMES.filter((name) => !name.startsWith('04')).map(example),
    looser,
  ])
  t.notOk(changed.passed)
  t.match(changed.cases.find(({ name }) => name.startsWith('fourth use'))?.differences, [
    { what: 'decision', expected: 'deny', got: 'permit' },
    { what: 'layer' },
  ])
})

t.test('what a test file demands and does not reach fails it', async (t) => {
  const file = readTestFile(
    PROFILE.replace('"forall"', '"require": { "ruleCoverage": 1 }, "forall"'),
  )
  const report = runTests(file, NAMES.map(example))
  t.notOk(report.passed)
  t.match(report.unmet, [{ name: 'ruleCoverage', wanted: 1 }])
  const wrong = readTestFile(PROFILE.replace('>= 4 => deny', '>= 3 => deny'))
  t.match(runTests(wrong, NAMES.map(example)).forall, [
    { combinations: 5, counterexample: { 'bt:dataLevel': 3 } },
  ])
})

t.test('a broken test file is refused with its place', async (t) => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      'an unknown member',
      PROFILE.replace('"forall"', '"forAll"'),
      'POLICY_UNKNOWN_MEMBER',
      '/forAll',
    ],
    [
      'a base that is not there',
      PROFILE.replace('"extends": "score with consent"', '"extends": "nothing"'),
      'POLICY_UNKNOWN_TERM',
      '/cases/1/extends',
    ],
    [
      'a path that is not there',
      PROFILE.replace('facts.bt:consent', 'facts.bt:consnt'),
      'POLICY_UNKNOWN_TERM',
      '/cases/1/remove/0',
    ],
    [
      'two cases of one name',
      PROFILE.replace('"grade unknown"', '"score with consent"'),
      'POLICY_DUPLICATE_ID',
      '/cases/3',
    ],
    [
      'an empty expectation',
      PROFILE.replace('{ "decision": "deny", "layer": "consent" }', '{}'),
      'POLICY_MISSING_MEMBER',
      '/cases/2',
    ],
  ]
  for (const [what, text, code, pointer] of cases)
    t.throws(() => readTestFile(text), { code, pointer }, what)
  const assertion = readTestFile(
    PROFILE.replace('bt:dataLevel >= 4 => deny', 'bt:dataLevel about 4 => deny'),
  )
  t.throws(() => runTests(assertion, NAMES.map(example)), {
    code: 'POLICY_SYNTAX',
    pointer: '/forall/0/assert',
  })
  t.throws(() => readTestFile(PROFILE.replace('"bt:role"', '"bt:rolle"')), {
    code: 'FACT_INVALID',
    pointer: '/world/parties/did:web:qilu-bank.example/bt:rolle',
  })
})

t.test('a term of a test file that is misspelt is never taken for absent', async (t) => {
  const request = { party: 'did:web:bank.example', action: 'bt:score', target: 'urn:bt:asset:a' }
  const file = (one: JsonObject, more: JsonObject = {}) =>
    JSON.stringify({
      snapshot: ['a'],
      cases: [{ name: 'a', request, expect: { decision: 'permit' }, ...one }],
      ...more,
    })
  const claims: readonly (readonly [string, string, string])[] = [
    ['{}', 'POLICY_MISSING_MEMBER', ''],
    [
      file({ request: { ...request, layers: ['platform', 'contrct'] } }),
      'POLICY_UNKNOWN_TERM',
      '/cases/0/request/layers/1',
    ],
    [
      file({ request: { ...request, facts: { 'bt:levl': 1 } } }),
      'FACT_INVALID',
      '/cases/0/request/facts/bt:levl',
    ],
    [
      file({ request: { ...request, increments: { 'bt:dataLevel': 1 } } }),
      'FACT_INVALID',
      '/cases/0/request/increments/bt:dataLevel',
    ],
    [file({ expect: { decision: 'allow' } }), 'POLICY_UNKNOWN_TERM', '/cases/0/expect/decision'],
    [file({ expect: { code: 'DENY' } }), 'POLICY_UNKNOWN_TERM', '/cases/0/expect/code'],
    [file({ expect: { layer: 'top' } }), 'POLICY_UNKNOWN_TERM', '/cases/0/expect/layer'],
    [
      file({ expect: { controls: { 'bt:minCohart': 1 } } }),
      'FACT_INVALID',
      '/cases/0/expect/controls/bt:minCohart',
    ],
    [file({ expect: { duties: ['bt:score'] } }), 'POLICY_UNKNOWN_TERM', '/cases/0/expect/duties/0'],
    [file({}, { world: { counters: { cuont: 1 } } }), 'FACT_INVALID', '/world/counters/cuont'],
    [file({}, { world: { duties: { x: 'done' } } }), 'POLICY_UNKNOWN_TERM', '/world/duties/x'],
    [file({}, { world: { now: 'today' } }), 'POLICY_VALUE', '/world/now'],
    [file({}, { require: { ruleCoverage: 2 } }), 'POLICY_VALUE', '/require/ruleCoverage'],
    [
      file({}, { forall: [{ vary: { 'bt:dataLevel': [] }, of: 'a', assert: 'deny' }] }),
      'POLICY_VALUE',
      '/forall/0/vary/bt:dataLevel',
    ],
  ]
  for (const [text, code, pointer] of claims) {
    t.throws(() => readTestFile(text), { code, pointer }, pointer)
  }
})

t.test('a record is read strictly: what is misspelt would decide another request', async (t) => {
  const request = { action: 'bt:score', target: 'urn:bt:asset:a', assignee: 'did:web:bank.example' }
  const claims: readonly (readonly [JsonObject, string, string])[] = [
    [{ request, facts: {}, fatcs: {} }, 'POLICY_UNKNOWN_MEMBER', '/3/fatcs'],
    [
      { request: { ...request, layers: ['platfrm'] }, facts: {} },
      'POLICY_UNKNOWN_TERM',
      '/3/request/layers/0',
    ],
    [
      { request: { ...request, layers: 'platform' }, facts: {} },
      'POLICY_WRONG_TYPE',
      '/3/request/layers',
    ],
    [
      { request: { ...request, parties: 'all' }, facts: {} },
      'POLICY_WRONG_TYPE',
      '/3/request/parties',
    ],
    [{ request: { action: 'use' }, facts: {} }, 'POLICY_MISSING_MEMBER', '/3/request'],
    [{ request, facts: { count: 1 } }, 'FACT_INVALID', '/3/facts/count'],
    [{ request, facts: {}, used: { count: -1 } }, 'FACT_INVALID', '/3/used/count'],
    [{ request, facts: {}, duties: { a: 'no' } }, 'POLICY_UNKNOWN_TERM', '/3/duties/a'],
  ]
  for (const [record, code, pointer] of claims) {
    t.throws(() => readRecord(JSON.stringify(record), 3), { code, pointer }, pointer)
  }
  t.match(readRecord(JSON.stringify({ request, facts: {} }), 1), { request })
})

function changed(name: string, edit: (text: string) => string): Policy {
  const text = exampleText(name)
  const edited = edit(text)
  if (edited === text) throw new Error(`nothing was changed in ${name}`)
  return loadPolicy(edited)
}

/** Whether a witness is permitted in its own layer. */
function permits(
  policies: readonly Policy[],
  witness: Parameters<typeof inputsOfWitness>[0],
): boolean {
  const [first] = policies
  const snapshot = compile(policies)
  const inputs = inputsOfWitness(witness, snapshot, [first?.layer ?? 'contract'])
  return (
    decide(inputs.request, snapshot, inputs.facts, inputs.counters, inputs.capabilities)
      .decision === 'permit'
  )
}

t.test(
  'a diff says exactly what widened, with a request that only the new version permits',
  async (t) => {
    const loose = (policy: Policy): Policy => ({ ...policy, inherits: [], authorizations: [] })
    const old = [loose(example('02-domain-tax'))]
    const wider = [
      loose(
        changed('02-domain-tax', (text) => text.replace('"guarantee"', '"guarantee", "insurer"')),
      ),
    ]
    const diff = diffPolicies(old, wider)
    t.same([diff.widened.length, diff.narrowed.length, diff.loosened.length], [1, 0, 0])
    for (const { witness } of diff.widened) {
      t.notOk(permits(old, witness))
      t.ok(permits(wider, witness))
    }
    const back = diffPolicies(wider, old)
    t.same([back.widened.length, back.narrowed.length], [0, 1])
    t.same(diffPolicies(old, old), {
      added: [],
      removed: [],
      changed: [],
      widened: [],
      narrowed: [],
      loosened: [],
    })
  },
)

t.test('a diff notices terms, limits, duties and lifted prohibitions', async (t) => {
  const loosened = (name: string, edit: (text: string) => string) =>
    diffPolicies([example(name)], [changed(name, edit)]).loosened.map(
      ({ what, before, after }) => `${what}: ${before} → ${after}`,
    )
  t.same(
    loosened('02-domain-tax', (text) => text.replace('"10"', '"8"')),
    ['bt:minCohort: 10 → 8'],
  )
  t.same(
    loosened('03-contract-bank-score', (text) => text.replace('"2000"', '"3000"')),
    ['bt:countPer P1D: 2000 → 3000'],
  )
  t.same(
    loosened('04-consent-enterprise', (text) => text.replace('"inform"', '"attribute"')),
    ['duty inform: inform → none'],
  )
  t.same(
    loosened('02-domain-tax', (text) => text.replace('"10"', '"12"')),
    [],
    'stricter is not looser',
  )
  const guard = diffPolicies(
    [example('08-platform-guard')],
    [changed('08-platform-guard', (text) => text.replace('"10"', '"5"'))],
  )
  t.match(guard.widened, [{ rule: '#differencing', layer: 'platform' }])
  const gone = diffPolicies([example('04-consent-enterprise')], [])
  t.same([gone.removed.length, gone.widened.length, gone.narrowed.length], [1, 0, 1])
})

t.test('what is too complex to compare is never called equal', async (t) => {
  const or = JSON.stringify({
    or: [1, 2].map((level) => ({
      leftOperand: 'bt:dataLevel',
      operator: 'eq',
      rightOperand: level,
    })),
  })
  const tangled = changed('04-consent-enterprise', (text) =>
    text.replace('"constraint": [', `"constraint": [${`${or},`.repeat(11)}`),
  )
  t.throws(() => diffPolicies([tangled], [tangled]), {
    code: 'POLICY_TOO_COMPLEX',
    pointer: '/permission/0',
  })
})

t.test('a replay counts the answers that would turn, by participant', async (t) => {
  const draft = compile(
    NAMES.map((name) =>
      name.startsWith('04') ? changed(name, (text) => text.replace('"3"', '"1"')) : example(name),
    ),
  )
  const replay = new Replay(exampleSnapshot(), draft)
  for (const [id, count] of [
    ['a', 0],
    ['b', 1],
    ['c', 2],
    ['d', 3],
  ] as const) {
    replay.add({ id, request: BASE_REQUEST, facts: BASE_FACTS, used: { count } })
  }
  const { requests, permitsBefore, permitsAfter, byParty, flips } = replay.report()
  t.same([requests, permitsBefore, permitsAfter], [4, 3, 1])
  t.match(byParty, [{ party: BASE_REQUEST.assignee, requests: 4, toDeny: 2, toPermit: 0 }])
  t.match(flips, [
    {
      id: 'b',
      before: 'PERMIT',
      after: 'DENY_NO_PERMIT',
      cause: /#once: would permit if number of uses is at most 1/,
    },
    { id: 'c' },
  ])
  const none = new Replay(exampleSnapshot(), draft).shadow(decideBase(exampleSnapshot()), 'a')
  t.equal(none, undefined, 'beside the active set, and of one mind')
  t.throws(() => readRecord('{', 7), { code: 'POLICY_SYNTAX', pointer: '/7' })
  t.throws(() => readRecord('{"request":1}', 8), {
    code: 'POLICY_WRONG_TYPE',
    pointer: '/8/request',
  })
})
