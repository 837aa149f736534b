import fc from 'fast-check'
import t from 'tap'
import type { ProtocolErrorCode } from '#protocol/errors'
import { joinLimbs, limbsFor, splitLimbs } from '#protocol/limbs'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import { type Measure, Query } from '#protocol/messages/query'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { layOut, placeOf, valueCanary } from '#protocol/plans/layout'
import { planDigest } from '#protocol/plans/plan'
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
