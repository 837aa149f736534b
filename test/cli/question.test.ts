import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { QueryFile } from '#cli/query/query-file'
import { resolveQuestion } from '#cli/query/resolve-question'
import { loadSpace } from '#cli/space/load-space'
import { readPolicies } from '#cli/space/read-policies'
import { PROJECT_ROOT } from '#test/support/import-graph'

const FOLDER = path.join(PROJECT_ROOT, 'examples', 'three-cities')
const space = await loadSpace(path.join(FOLDER, 'space.json'))
const surroundings = {
  consumer: 'did:web:qilu-bank.example',
  products: space.products.map(({ product }) => product),
  policies: await readPolicies(space),
  requestRef: 'test-1',
}
const file: QueryFile = JSON.parse(
  readFileSync(path.join(FOLDER, 'queries', 'retail-by-kind.json'), 'utf8'),
)

t.test('the example questions fit their space', async (t) => {
  for (const name of ['retail-by-kind', 'jinan-retail-by-district']) {
    const text = readFileSync(path.join(FOLDER, 'queries', `${name}.json`), 'utf8')
    const { question } = resolveQuestion(JSON.parse(text), surroundings)
    t.match(question.contract.digest, /^sha256-/, 'the contract is pinned by its digest')
    t.equal(question.requestRef, 'test-1')
  }
})

t.test('a contract is found where only one fits', async (t) => {
  const { contract: _, ...open } = file
  t.equal(resolveQuestion(open, surroundings).question.contract.id, file.contract)
  const others = { ...surroundings, consumer: 'did:web:other.example' }
  const unclear = { code: 'QUESTION_CONTRACT_UNCLEAR', message: /^0 contracts .*see `assignee`/ }
  t.throws(() => resolveQuestion(open, others), unclear)
})

t.test('what the space does not have is named, with the nearest that it has', async (t) => {
  const product = `${file.product}s`
  t.throws(() => resolveQuestion({ ...file, product }, surroundings), {
    code: 'QUESTION_PRODUCT_UNKNOWN',
    message: /did you mean `urn:baotu:product:tax-by-kind`/,
  })
  const { product: _, ...open } = file
  t.throws(() => resolveQuestion(open, surroundings), { code: 'QUESTION_PRODUCT_UNCLEAR' })
  t.throws(() => resolveQuestion({ ...file, contract: `${file.contract}x` }, surroundings), {
    code: 'QUESTION_CONTRACT_UNKNOWN',
    message: /did you mean/,
  })
})

t.test('a question that cannot be planned is told before it is signed', async (t) => {
  const where = [{ column: 'section', operator: 'eq', value: 'Z' }]
  t.throws(() => resolveQuestion({ ...file, where }, surroundings), {
    code: 'VALUE_OUTSIDE_DOMAIN',
    place: '/where/0/value',
  })
})
