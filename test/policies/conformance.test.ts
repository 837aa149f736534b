import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type EvaluationCase, type PolicyQuestion, readCorpus } from '../conformance/corpus.ts'
import { runCorpus, runOdrl } from '../conformance/odrl.ts'

const corpus = (name: string) =>
  readCorpus(fileURLToPath(new URL(`../corpus/odrl/${name}.jsonl`, import.meta.url)))

/** Runs a corpus of one's own, as text, and answers what was printed and the exit code. */
function run(text: string, name = 'own.json'): { lines: readonly string[]; exit: number } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'baotu-corpus-'))
  try {
    const file = path.join(folder, name)
    writeFileSync(file, text)
    const lines: string[] = []
    const exit = runOdrl([file], (line) => lines.push(line.replace(file, name)))
    return { lines, exit }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

t.test('the ODRL corpora pass, and every miss is named', async (t) => {
  const lines: string[] = []
  t.equal(
    runOdrl([], (line) => lines.push(line)),
    0,
    lines.join('\n'),
  )
  const prints = (pattern: RegExp) =>
    t.ok(
      lines.some((line) => pattern.test(line)),
      String(pattern),
    )
  prints(/^force +activations 68\/68$/)
  prints(/^force +premises 2554\/2554/)
  prints(/^force +conditions 3\/3/)
  prints(/^force +decisions 64\/64/)
  prints(/^decomp +three-valued verdicts 229\/229/)
  prints(/^decomp +subsumption 23\/23/)
  prints(/^decomp +consistency 13\/14/)
  prints(/^decomp +grounded terms 18\/22/)
  prints(/waived/)
})

t.test('a wrong answer would be a miss', async (t) => {
  const decomp = corpus('decomp')
  const turned = decomp.questions.map((one) =>
    one.id === 'ODRL300-1' ? { ...one, verdict: 'Compatible' } : one,
  )
  t.match(
    runCorpus({ ...decomp, questions: turned }).misses.filter(({ id }) => id === 'ODRL300-1'),
    [{ what: 'wanted Compatible, got Conflict' }],
  )
  const force = corpus('force')
  const [first] = force.evaluations
  const broken = {
    ...(first as EvaluationCase),
    policy: { permission: { '@id': 'urn:other' } },
  }
  t.equal(runCorpus({ ...force, evaluations: [broken] }).misses.length, 1)
})

t.test(
  'a corpus of one’s own fails the run by what it misses, and says what it leaves out',
  async (t) => {
    const policy = (rightOperand: string, id: string) => ({
      '@id': id,
      permission: { constraint: { leftOperand: 'count', operator: 'eq', rightOperand } },
    })
    const pair = [policy('1', 'urn:a'), policy('2', 'urn:b')]
    const cases: readonly PolicyQuestion[] = [
      { id: 'right', policies: pair, verdict: 'Conflict', relation: 'conflict' },
      { id: 'wrong', policies: pair, expected: 'CONSISTENT (not so)' },
      { id: 'silent', policies: pair },
      { id: 'other', policies: pair, verdict: 'Conflict', relation: 'telepathy' },
    ]
    const { lines, exit } = run(JSON.stringify(cases))
    t.equal(exit, 1)
    t.same(lines, [
      'own        three-valued verdicts 1/1',
      'own        consistency 0/1',
      'own        not applicable 2 (no verdict 1, relation telepathy 1)',
      '  miss wrong: wanted Compatible, got Conflict',
    ])
  },
)

t.test('what is no corpus is refused with its line and reason', async (t) => {
  const question = '{"id":"a","policies":[{}],"verdict":"Conflict"}'
  const claims: readonly (readonly [string, RegExp])[] = [
    ['', /^own.json: holds no case$/],
    ['[]', /^own.json: holds no case$/],
    ['[{]', /^own.json: not JSON: /],
    [`${question}\n{"id":`, /^own.json, line 2: not JSON: /],
    [`${question}\n7`, /^own.json, line 2: \/ must be object$/],
    ['[{"id":"a"}]', /^own.json, case 1: \/ must have required properties policy/],
    ['[{"policies":"x"}]', /^own.json, case 1: \/policies must be array$/],
    ['[{"policies":[null]}]', /^own.json, case 1: \/policies\/0 must be object$/],
    [
      '[{"policy":{},"request":{"action":"use"},"expected":{"rules":[{"type":"x"}]}}]',
      /^own.json, case 1: \/expected\/rules\/0 must have required properties rule$/,
    ],
    [
      '[{"policy":{},"request":{},"expected":{"rules":[]}}]',
      /^own.json, case 1: \/request must have required properties action$/,
    ],
  ]
  for (const [text, wanted] of claims) {
    const { lines, exit } = run(text)
    t.equal(exit, 2, text)
    t.match(lines.join('\n'), wanted, text)
  }
  t.equal(
    runOdrl(['/no/such/file'], (line) => t.match(line, /cannot be read \(ENOENT\)/)),
    2,
  )
})
