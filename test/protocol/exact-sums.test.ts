/*
 * From a holder's groups to the consumer's figures without encryption in between, which is exact:
 * limbs, layout, gate and derivation against BigInt, for any range that a product can declare.
 */
import fc from 'fast-check'
import t from 'tap'
import { panelVector, setCanaries } from '#connectors/execution/vector'
import { digestOf } from '#crypto/digest'
import { systemRandom } from '#crypto/random'
import { DEFAULT_CONTROLS } from '#policies/controls'
import type { Product } from '#protocol/messages/product'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { gateTable } from '#release/open-panels'
import { answerOf } from '#sdk/answer'
import { summaryOf, total } from '../support/cohort.ts'
import { holders, testProduct, testQuery } from '../support/product.ts'
import { required } from '../support/relay.ts'

const loose = { ...DEFAULT_CONTROLS, minCohort: 3, pPercent: 0, spread: 0, degreesOfFreedom: 0 }
const MASK = (1n << 50n) - 1n
const UNITS = 3

const range = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }))
  .map(([below, above]): readonly [bigint, bigint] => [-(2n ** BigInt(below)), 2n ** BigInt(above)])
const world = fc.tuple(range, fc.integer({ min: 1, max: 6 })).chain(([[lower, upper], count]) => {
  // Half of the values stand at one of the bounds.
  const value = fc.oneof(fc.constant(lower), fc.constant(upper), fc.bigInt(lower, upper))
  const cohort = fc.array(value, { minLength: UNITS, maxLength: UNITS })
  const parts = fc.array(cohort, { minLength: count, maxLength: count })
  return parts.map((values) => ({ lower, upper, values }))
})

function productOf(lower: bigint, upper: bigint, count: number): Product {
  const { columns, parts } = testProduct()
  return testProduct({
    columns: columns.map((column) => {
      return column.name === 'tax' ? { ...column, range: [`${lower}`, `${upper}`] } : column
    }),
    parts: parts.map((part) => ({ ...part, roster: holders(count), maxUnits: `${UNITS}` })),
  })
}

t.test('counts, sums and sums of squares of one to six holders are exact', async () => {
  fc.assert(
    fc.property(world, ({ lower, upper, values }) => {
      const product = productOf(lower, upper, values.length)
      const query = testQuery({ groupBy: [], measures: [{ function: 'var', column: 'tax' }] })
      const plan = planGroupedAggregate(query, product)
      const panel = required(plan.panels[0])
      const sums = new BigUint64Array(4096)
      values.forEach((cohort, index) => {
        const amounts = [{ sum: total(cohort), ...summaryOf(cohort) }]
        const group = { group: 0, units: BigInt(UNITS), amounts, flags: [] }
        const { coefficients } = panelVector(plan, panel, [group], loose, systemRandom)
        const own = required(coefficients[0])
        setCanaries(panel, index, own)
        own.forEach((word, slot) => {
          sums[slot] = (required(sums[slot]) + word) & MASK
        })
      })
      const gated = required(gateTable(plan, product, [[sums]], loose))
      const table = { transcript: digestOf('test', 'exact'), salt: new Uint8Array(32), ...gated }
      const answer = answerOf(plan, table, [required(gated.panels[0]).values])
      const figure = required(answer.groups[0]?.figures?.[0])
      const all = values.flat()
      return (
        figure.function === 'var' &&
        figure.sum === total(all) &&
        figure.sumOfSquares === total(all.map((x) => x * x)) &&
        figure.mean.denominator === BigInt(all.length)
      )
    }),
    { numRuns: 300 },
  )
})

t.test('sums whose canary is not that of the whole roster are not gated at all', async (t) => {
  const product = productOf(0n, 1n, 2)
  const plan = planGroupedAggregate(testQuery({ groupBy: [] }), product)
  const gated = (canary: bigint) => {
    const sums = new BigUint64Array(4096)
    sums[0] = canary
    return gateTable(plan, product, [[sums]], loose)
  }
  t.ok(gated(3n), '1 + 2')
  for (const canary of [0n, 1n, 2n, 4n]) t.equal(gated(canary), undefined, `${canary}`)
})
