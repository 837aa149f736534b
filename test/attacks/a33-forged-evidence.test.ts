import t from 'tap'
import { blindPanel } from '#connectors/execution/blind'
import { panelVector } from '#connectors/execution/vector'
import { digestOf } from '#crypto/digest'
import { createPadSeed, derivePadKey } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import { DEFAULT_CONTROLS } from '#policies/controls'
import { joinLimbs } from '#protocol/limbs'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { placeOf } from '#protocol/plans/layout'
import { gateTable } from '#release/open-panels'
import { unpadTable } from '#sdk/unpad'
import { type PlainRow, plainGroups } from '../support/plain-source.ts'
import { holders, testProduct, testQuery } from '../support/product.ts'
import { required } from '../support/relay.ts'
import { testRows } from '../support/rows.ts'

const product = testProduct()
const plan = planGroupedAggregate(
  testQuery({ measures: [{ function: 'sum', column: 'tax' }] }),
  product,
)
const [panel] = plan.panels
const transcript = digestOf('test', 'a33')
const C = 0 // the group of section C
const secret: PlainRow = {
  unit: 'dominant',
  codes: { section: 'C', district: '370102' },
  numbers: { tax: 90_000_000_000n, heads: 1n, arrears: 0n, size: 1n },
}

/** Each holder's vector; holder 2 has a dominant enterprise, holder 3 forges its evidence. */
function vectors(forge: (values: BigUint64Array, place: number) => void) {
  const { question } = required(panel)
  return holders(3).map((did, index) => {
    const rows = [...testRows(index + 1, 20), ...(index === 1 ? [secret] : [])]
    const groups = plainGroups(rows, question)
    const { coefficients } = panelVector(
      plan,
      required(panel),
      groups,
      DEFAULT_CONTROLS,
      systemRandom,
    )
    const honest = plainGroups(rows, question)
    if (index === 2) forge(required(coefficients[0]), placeOf(required(panel).layout, C).evidence)
    return { did, coefficients, honest }
  })
}

/** Pads, adds, gates and unpads as the real parties do, without encryption in between. */
function release(all: readonly (readonly BigUint64Array[])[]): {
  verdict: boolean | undefined
  sum: bigint
} {
  const pads = all.map(() =>
    derivePadKey(createPadSeed(systemRandom), { transcript, panelId: 'tax' }),
  )
  const single = { ...required(panel), release: 'single' as const }
  all.forEach((coefficients, index) => {
    blindPanel(single, coefficients, { index, pad: required(pads[index]), pairs: [] })
  })
  const sum = required(all[0]).map((_, chunk) => {
    return all.map((own) => required(own[chunk])).reduce(added)
  })
  const gated = required(gateTable(plan, product, [[...sum]], DEFAULT_CONTROLS))
  const table = { transcript, salt: new Uint8Array(32), ...gated }
  const values = unpadTable(plan, table, () => pads)
  return { verdict: gated.verdicts[C], sum: joinLimbs(required(values[0]?.[C])) }
}

const truth = 90_000_000_000n

t.test('A33: a forged pass bit opens the gate, and the veto leaves noise behind it', async (t) => {
  const forged = vectors((values, evidence) => {
    values[evidence + 2] = 2n
  })
  const opened = release(forged.map(({ coefficients }) => coefficients))
  t.equal(opened.verdict, true, 'two pass bits of one holder stand in for the missing one')
  t.not(opened.sum / 10n ** 9n, truth / 10n ** 9n)
})

t.test('control: without the veto the same forgery opens the dominated cell exactly', async (t) => {
  const forged = vectors((values, evidence) => {
    values[evidence + 2] = 2n
  })
  // Composed without that one control: holder 2 writes its true values where it should veto.
  const { layout, limbs } = required(panel)
  const own = required(forged[1])
  const part = required(own.honest.find(({ group }) => group === C))
  const amount = required(part.amounts[0])
  t.equal(limbs[0]?.sum, 2)
  const place = placeOf(layout, C).values
  const target = required(own.coefficients[0])
  target[place] = amount.sum & ((1n << 40n) - 1n)
  target[place + 1] = amount.sum >> 40n
  const opened = release(forged.map(({ coefficients }) => coefficients))
  const total = forged.reduce((sum, { honest }) => {
    return sum + required(honest.find(({ group }) => group === C)?.amounts[0]).sum
  }, 0n)
  t.equal(opened.verdict, true)
  t.equal(opened.sum, total)
})

t.test('without forgery the gate closes', async (t) => {
  t.equal(release(vectors(() => undefined).map(({ coefficients }) => coefficients)).verdict, false)
})

function added(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  return a.map((value, index) => (value + (b[index] ?? 0n)) & ((1n << 50n) - 1n))
}
