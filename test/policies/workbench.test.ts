import { readFileSync } from 'node:fs'
import t from 'tap'
import { diffPolicies } from '#policies/analysis/diff'
import { inputsOfWitness } from '#policies/analysis/witness'
import { compile } from '#policies/compile'
import { decide } from '#policies/decide'
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
  const fact = readTestFile(PROFILE.replace('"bt:role"', '"bt:rolle"'))
  t.throws(() => runTests(fact, NAMES.map(example)), { code: 'FACT_INVALID' })
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
  t.throws(() => readRecord('{"request":1}', 8), { code: 'POLICY_WRONG_TYPE', pointer: '/8' })
})
