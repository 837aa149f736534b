import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_CONTROLS } from '#policies/controls'
import { amountPasses } from '#policies/disclosure/dominance'
import type { ProtocolErrorCode } from '#protocol/errors'
import { joinLimbs, limbsFor, splitLimbs } from '#protocol/limbs'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import { type Measure, Query } from '#protocol/messages/query'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { layOut, placeOf, valueCanary } from '#protocol/plans/layout'
import { planDigest } from '#protocol/plans/plan'
import { summaryOf, total } from '../support/cohort.ts'
import { holders, testProduct, testQuery } from '../support/product.ts'

const product = testProduct()
const code = (expected: ProtocolErrorCode) => ({ code: expected })
const plan = (query: Partial<Query>, of = product) => planGroupedAggregate(testQuery(query), of)

t.test('the test product and query are valid on the wire', async (t) => {
  t.ok(parseMessage(Product, product))
  t.ok(parseMessage(Query, testQuery()))
})

t.test('a plan lists every category of every dimension, empty or not', async (t) => {
  const { groups, groupBy } = plan({ groupBy: ['section', 'district'] })
  t.equal(groups, 6)
  t.same(
    groupBy.map((d) => d.codes.length),
    [3, 2],
  )
})

t.test('one, two, many holders', async (t) => {
  const kinds = [1, 2, 3, 16].map((count) => {
    const parts = product.parts.map((p) => ({ ...p, roster: holders(count) }))
    return plan({}, testProduct({ parts })).panels[0]?.release
  })
  t.same(kinds, ['single', 'pair', 'pooled', 'pooled'])
})

t.test('columns of two parts are two panels, each with its own roster', async (t) => {
  const measures: Measure[] = [
    { function: 'sum', column: 'tax' },
    { function: 'sum', column: 'heads' },
  ]
  const { panels } = plan({ measures })
  t.same(
    panels.map(({ part, release }) => [part, release]),
    [
      ['tax', 'pooled'],
      ['social', 'single'],
    ],
  )
})

t.test('what cannot be asked is refused with its place', async (t) => {
  const cases: [string, Partial<Query>, ProtocolErrorCode][] = [
    ['unknown group column', { groupBy: ['nope'] }, 'COLUMN_UNKNOWN'],
    ['unknown measure column', { measures: [{ function: 'sum', column: 'x' }] }, 'COLUMN_UNKNOWN'],
    ['unknown function', { measures: [{ function: 'max', column: 'tax' }] }, 'FUNCTION_UNKNOWN'],
    ['inherited name as function', { measures: [{ function: 'constructor' }] }, 'FUNCTION_UNKNOWN'],
    [
      'sum of a flag',
      { measures: [{ function: 'sum', column: 'arrears' }] },
      'MEASURE_NOT_ASKABLE',
    ],
    [
      'count of a column',
      { measures: [{ function: 'count', column: 'tax' }] },
      'MEASURE_NOT_ASKABLE',
    ],
    [
      'unknown operator',
      { where: [{ column: 'section', operator: 'like', value: 'F' }] },
      'OPERATOR_UNKNOWN',
    ],
    [
      'order on a dimension',
      { where: [{ column: 'section', operator: 'gteq', value: 'F' }] },
      'OPERATOR_UNKNOWN',
    ],
    [
      'code outside the domain',
      { where: [{ column: 'section', operator: 'eq', value: 'Z' }] },
      'VALUE_OUTSIDE_DOMAIN',
    ],
    [
      'free threshold',
      { where: [{ column: 'size', operator: 'gteq', value: '3' }] },
      'VALUE_OUTSIDE_DOMAIN',
    ],
    [
      'filter on a measure',
      { where: [{ column: 'tax', operator: 'gteq', value: '3' }] },
      'COLUMN_UNKNOWN',
    ],
    [
      'histogram beside a sum',
      {
        measures: [
          { function: 'histogram', column: 'district' },
          { function: 'sum', column: 'tax' },
        ],
      },
      'MEASURE_NOT_ASKABLE',
    ],
    [
      'a dimension twice',
      { measures: [{ function: 'histogram', column: 'section' }] },
      'MEASURE_NOT_ASKABLE',
    ],
    [
      'a member that the function does not take',
      { measures: [{ function: 'sum', column: 'tax', over: 'heads' }] },
      'MEASURE_NOT_ASKABLE',
    ],
    [
      'a part where none is named',
      { measures: [{ function: 'ratio', column: 'arrears', part: 'social' }] },
      'MEASURE_NOT_ASKABLE',
    ],
    ['another product', { product: 'urn:baotu:product:other' }, 'PRODUCT_UNKNOWN'],
  ]
  for (const [what, query, expected] of cases) t.throws(() => plan(query), code(expected), what)
})

t.test('a measure without a range is refused, and so is one that could overflow', async (t) => {
  const [tax, ...rest] = product.columns
  if (tax === undefined) throw new Error('the test product has columns')
  const { range: _, ...unbounded } = tax
  t.throws(() => plan({}, testProduct({ columns: [unbounded, ...rest] })), code('RANGE_MISSING'))
  const many = product.parts.map((part) => ({ ...part, maxUnits: '1125899906842624' }))
  t.throws(() => plan({}, testProduct({ parts: many })), code('CAPACITY_EXCEEDED'))
  const huge = { ...tax, range: ['0', '9'.repeat(77)] as [string, string] }
  t.ok(plan({}, testProduct({ columns: [huge, ...rest] })), 'limbs carry very large sums')
  const squares: Measure[] = [{ function: 'var', column: 'tax' }]
  const beyond = testProduct({ columns: [huge, ...rest] })
  t.ok((plan({ measures: squares }, beyond).panels[0]?.limbs[0]?.squares ?? 0) > 10)
})

t.test('equivalent filters make one plan, different ones do not', async (t) => {
  const both = [
    { column: 'section', operator: 'isAnyOf', value: ['F', 'C'] },
    { column: 'size', operator: 'gteq', value: '2' },
  ]
  const swapped = [both[1], { ...both[0], value: ['C', 'F'] }] as typeof both
  t.equal(planDigest(plan({ where: both })), planDigest(plan({ where: swapped })))
  t.not(planDigest(plan({ where: both })), planDigest(plan({})))
})

t.test('too many groups are refused', async (t) => {
  const wide = Array.from({ length: 300 }, (_, i) => ({
    code: `c${i}`,
    title: { zh: 'c', en: 'c' },
  }))
  const dimensions = ['a', 'b'].map((name) => ({
    name,
    title: { zh: name, en: name },
    categories: wide,
  }))
  t.throws(
    () => plan({ groupBy: ['a', 'b'] }, testProduct({ dimensions })),
    code('QUERY_TOO_LARGE'),
  )
})

t.test(
  'more ciphertexts than a release can name are refused before anybody computes',
  async (t) => {
    const roster = holders(1024)
    const [tax, social] = product.parts.map((part) => ({ ...part, roster }))
    const rosters = testProduct({ parts: [tax, social] as typeof product.parts })
    const ciphertexts = plan({}, rosters).panels[0]?.layout.ciphertexts ?? 0
    t.equal(ciphertexts * 1024, 1024)
    const codes = Array.from({ length: 4096 }, (_, i) => ({ code: `c${i}`, title: tax?.title }))
    const wide = { name: 'wide', title: tax?.title, categories: codes }
    const dimensions = [wide] as unknown as typeof product.dimensions
    const asked: Partial<Query> = {
      groupBy: ['wide'],
      measures: [{ function: 'var', column: 'tax' }],
    }
    t.throws(() => plan(asked, { ...rosters, dimensions }), code('QUERY_TOO_LARGE'))
    t.ok(plan(asked, testProduct({ dimensions })), 'few holders may')
  },
)

t.test('both signs and shared units: the parts of a unit could cancel', async (t) => {
  const columns = product.columns.map((column) => {
    return column.name === 'tax' ? { ...column, range: ['-5', '5'] as [string, string] } : column
  })
  const shared = { columns, disjointUnits: false }
  t.throws(() => plan({}, testProduct(shared)), code('MEASURE_NOT_ASKABLE'))
  t.ok(plan({}, testProduct({ columns })), 'disjoint units')
  const parts = product.parts.map((part) => ({ ...part, roster: holders(1) }))
  t.ok(plan({}, testProduct({ ...shared, parts })), 'one holder')
  const oneSign = columns.map((column) => ({ ...column, range: ['-5', '0'] as [string, string] }))
  t.ok(plan({}, testProduct({ ...shared, columns: oneSign })), 'one sign')

  // The control: every part passes p %, and the pool is one enterprise's tax.
  const firms = Array.from({ length: 20 }, () => 100n)
  const back = firms.map((x, index) => (index === 0 ? 0n : -x))
  for (const part of [firms, back]) t.ok(amountPasses(summaryOf(part), false, DEFAULT_CONTROLS))
  const pooled = firms.map((x, index) => x + (back[index] ?? 0n))
  t.equal(total(pooled), 100n, 'the sum is the first firm’s')
  t.notOk(amountPasses(summaryOf(pooled), false, DEFAULT_CONTROLS))
})

t.test('limbs: at the very limit, either sign, against BigInt', async (t) => {
  for (const holdersCount of [1, 2, 3, 1023, 1024]) {
    const count = BigInt(holdersCount)
    for (const bits of [0n, 1n, 39n, 40n, 41n, 48n, 49n, 79n, 80n, 89n, 90n, 119n, 255n]) {
      for (const bound of [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]) {
        const limbs = limbsFor(bound, holdersCount)
        for (const value of [bound, -bound]) {
          const residues = splitLimbs(value, limbs)
          const summed = residues.map((limb) => (limb * count) % 2n ** 50n)
          if (joinLimbs(summed) !== value * count) t.fail(`${value} × ${count}`)
        }
      }
    }
  }
})

t.test('limbs: sums of up to 1,024 holders are exact at their bounds', async () => {
  const bound = fc.bigInt(0n, 2n ** 200n)
  fc.assert(
    fc.property(bound, fc.integer({ min: 1, max: 1024 }), fc.boolean(), (most, count, negative) => {
      const limbs = limbsFor(most, count)
      const value = negative ? -most : most
      const summed = splitLimbs(value, limbs).map((limb) => (limb * BigInt(count)) % 2n ** 50n)
      return joinLimbs(summed) === value * BigInt(count)
    }),
  )
})

t.test('limbs: 1,025 holders wrap silently, which is why they are refused', async (t) => {
  const all = 2n ** 40n - 1n
  const wrapped = splitLimbs(all, 2).map((limb) => (limb * 1025n) % 2n ** 50n)
  t.not(joinLimbs(wrapped), all * 1025n, 'the attack works without the control')
  t.throws(() => limbsFor(all, 1025), code('CAPACITY_EXCEEDED'))
})

t.test('layout: regions never overlap and groups never straddle', async () => {
  const slots = fc.integer({ min: 1, max: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), slots, slots, (groups, evidence, values) => {
      const layout = layOut(groups, evidence, values)
      const last = placeOf(layout, groups - 1)
      const endOfEvidence = 1 + layout.groupsPerCiphertext * evidence
      return (
        last.ciphertext === layout.ciphertexts - 1 &&
        last.evidence + evidence <= endOfEvidence &&
        valueCanary(layout) === endOfEvidence &&
        last.values + values <= 4096
      )
    }),
  )
})
