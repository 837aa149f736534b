import fc from 'fast-check'
import t from 'tap'
import { digestOf } from '#crypto/digest'
import { createPadSeed, derivePadKey } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { decodeReleasedTable, encodeReleasedTable, verdictsDigest } from '#protocol/release-result'
import { codesOf, decimal } from '#sdk/answer'
import { unpadTable } from '#sdk/unpad'
import { testProduct, testQuery } from '../support/product.ts'
import { required } from '../support/relay.ts'

t.test('decimal: exact, rounded half away from zero, never a float', async (t) => {
  const cases: [bigint, bigint, number, string][] = [
    [1n, 3n, 2, '0.33'],
    [2n, 3n, 2, '0.67'],
    [1n, 2n, 0, '1'],
    [-1n, 2n, 0, '-1'],
    [-1n, 3n, 1, '-0.3'],
    [-1n, 300n, 1, '0.0'],
    [5n, -2n, 1, '-2.5'],
    [10n ** 40n + 1n, 10n, 1, `${10n ** 39n}.1`],
  ]
  for (const [numerator, denominator, digits, text] of cases) {
    t.equal(decimal({ numerator, denominator }, digits), text)
  }
})

const query = testQuery({
  groupBy: ['section', 'district'],
  measures: [{ function: 'sum', column: 'tax' }],
})
const plan = planGroupedAggregate(query, testProduct())
const panel = required(plan.panels[0])

t.test('every group has its own codes, the last dimension fastest', async (t) => {
  const codes = Array.from({ length: plan.groups }, (_, group) => codesOf(plan, group).join('/'))
  t.equal(new Set(codes).size, 6)
  t.same(codes.slice(0, 3), ['C/370102', 'C/370103', 'F/370102'])
})

function table(verdicts: readonly boolean[]) {
  return {
    transcript: digestOf('test', 'answer'),
    salt: new Uint8Array(32).fill(5),
    verdicts,
    panels: [
      {
        canaries: panel.layout.ciphertexts === 1 ? [6n] : [],
        counts: verdicts.map((passes) => [passes ? 30n : 0n]),
        values: verdicts.map((passes) => [passes ? 7n : 0n, passes ? 9n : 0n]),
      },
    ],
  }
}

t.test('a released table has one length for one plan, whatever passed', async () => {
  const bits = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })
  const all = encodeReleasedTable(plan, table([true, true, true, true, true, true])).length
  fc.assert(
    fc.property(bits, (verdicts) => {
      const bytes = encodeReleasedTable(plan, table(verdicts))
      const back = decodeReleasedTable(plan, bytes)
      return bytes.length === all && verdictsDigest(back) === verdictsDigest(table(verdicts))
    }),
  )
})

t.test('another length or a verdict that is no bit is refused', async (t) => {
  const bytes = encodeReleasedTable(plan, table([true, true, true, true, true, true]))
  t.throws(() => decodeReleasedTable(plan, bytes.subarray(1)), { code: 'RESULT_REFUSED' })
  const forged = Uint8Array.from(bytes)
  forged[64] = 2
  t.throws(() => decodeReleasedTable(plan, forged), { code: 'RESULT_REFUSED' })
})

t.test('the verdicts’ digest needs the salt', async (t) => {
  const one = table([true, false, true, true, true, true])
  t.not(verdictsDigest(one), verdictsDigest({ ...one, salt: new Uint8Array(32) }))
})

t.test('a pad of another roster leaves no canary, and the values are refused', async (t) => {
  const keys = () => [
    derivePadKey(createPadSeed(systemRandom), { transcript: digestOf('t', 1), panelId: 'tax' }),
  ]
  const released = table([true, true, true, true, true, true])
  t.throws(() => unpadTable(plan, released, keys), { code: 'RESULT_REFUSED' })
  t.ok(
    unpadTable(plan, released, () => []),
    'control: with the right (no) pads it opens',
  )
})
