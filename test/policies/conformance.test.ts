import { fileURLToPath } from 'node:url'
import t from 'tap'
import { readCorpus } from '../conformance/corpus.ts'
import { runCorpus, runOdrl } from '../conformance/odrl.ts'

const corpus = (name: string) =>
  readCorpus(fileURLToPath(new URL(`../corpus/odrl/${name}.jsonl`, import.meta.url)))

t.test('the ODRL corpora pass, and every miss would be named', async (t) => {
  const lines: string[] = []
  t.equal(
    runOdrl([], (line) => lines.push(line)),
    0,
  )
  t.ok(
    lines.some((line) => /^force +activations 68\/68$/.test(line)),
    lines.join('\n'),
  )
  t.ok(lines.some((line) => /^force +premises 2554\/2554/.test(line)))
  t.ok(lines.some((line) => /^decomp +three-valued verdicts 229\/229/.test(line)))
})

t.test('a wrong answer would be a miss', async (t) => {
  const { cases } = corpus('decomp')
  const turned = cases.map((one) =>
    one.id === 'ODRL300-1' ? { ...one, verdict: 'Compatible' } : one,
  )
  t.match(runCorpus({ name: 'decomp', cases: turned }).misses, [
    { id: 'ODRL300-1', what: 'wanted Compatible, got Conflict' },
  ])
  const [first] = corpus('force').cases
  const broken = {
    ...first,
    id: 'x',
    request: { action: 'read' },
    policy: { permission: { '@id': 'urn:other' } },
  }
  t.equal(runCorpus({ name: 'force', cases: [broken] }).misses.length, 1)
})
