import { readFileSync } from 'node:fs'
import t from 'tap'
import { referenceMarkdown } from '#policies/reference'
import { policySchema } from '#policies/schema'
import { runDocument } from './documentation.ts'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const guide = read('docs/policy-language.md')

t.test('every command in the guide prints what the guide says', async (t) => {
  const examples = await runDocument(guide, { 'active.json': 'cohort.json' })
  t.ok(examples.length >= 8, `${examples.length} examples`)
  for (const { command, expected, got, exit, wantedExit } of examples) {
    t.equal(got, expected, command)
    t.equal(exit, wantedExit, `${command}: exit code`)
  }
})

t.test('an example that printed something else would be noticed', async (t) => {
  const [example] = await runDocument(guide.replace('errors                    0', 'errors 7'), {
    'active.json': 'cohort.json',
  })
  t.not(example?.got, example?.expected)
})

t.test('the reference in the guide is that of the vocabulary', async (t) => {
  t.ok(guide.includes(referenceMarkdown()))
})

t.test('the published schema is that of the vocabulary', async (t) => {
  t.same(JSON.parse(read('policies/policy.schema.json')), policySchema())
})
