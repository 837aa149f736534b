import t from 'tap'
import { type PlainRow, plainGroups, plainSource } from '../support/plain-source.ts'
import { holders, testProduct, testQuery } from '../support/product.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { testRows } from '../support/rows.ts'

const perHolder = new Map(holders(3).map((did, index) => [did, testRows(index + 1, 20)]))
// One group dominated at one holder, one with too few units.
const dominated: PlainRow = {
  unit: 'big',
  codes: { section: 'C', district: '370102' },
  numbers: { tax: 90_000_000_000n, heads: 3n, arrears: 0n, size: 1n },
}
perHolder.set('did:web:h2.example', [...(perHolder.get('did:web:h2.example') ?? []), dominated])
for (const [did, rows] of perHolder) {
  perHolder.set(
    did,
    rows.filter(({ codes }, index) => codes['section'] !== 'H' || index % 25 === 0),
  )
}
const social = testRows(9, 30)

const sources = (did: string, part: string) =>
  plainSource(part === 'social' ? social : required(perHolder.get(did)))

t.test('three holders pooled: released groups are exact, failing ones are withheld', async (t) => {
  const space = await openTestSpace(t, { product: testProduct(), sources })
  const query = testQuery({
    groupBy: ['section', 'district'],
    measures: [
      { function: 'count' },
      { function: 'sum', column: 'tax' },
      { function: 'ratio', column: 'arrears' },
    ],
  })
  const outcome = await new Relay(space, { query }).run()
  if (outcome.kind !== 'answer') throw new Error('void')
  const { answer } = outcome
  const clear = clearGroups(query.groupBy)
  t.same(
    answer.groups.map(({ codes, figures }) => [codes.join('/'), figures === undefined]),
    [
      ['C/370102', true],
      ['C/370103', false],
      ['F/370102', false],
      ['F/370103', false],
      ['H/370102', true],
      ['H/370103', true],
    ],
  )
  for (const { codes, figures } of answer.groups) {
    if (figures === undefined) continue
    const expected = required(clear.get(codes.join('/')))
    t.match(figures[0], { function: 'count', count: expected.units })
    t.match(figures[1], { function: 'sum', sum: expected.tax })
    t.match(figures[2], { function: 'share', count: expected.arrears })
  }
})

t.test('tax from three, heads from one: one verdict covers both', async (t) => {
  const space = await openTestSpace(t, { product: testProduct(), sources })
  const query = testQuery({
    groupBy: ['section'],
    measures: [
      { function: 'sum', column: 'tax' },
      { function: 'mean', column: 'heads' },
    ],
  })
  const outcome = await new Relay(space, { query }).run()
  if (outcome.kind !== 'answer') throw new Error('void')
  const [c, f, h] = outcome.answer.groups
  t.equal(c?.figures, undefined, 'dominated at one holder of the pooled part')
  t.equal(h?.figures, undefined, 'the pooled part is too small, so heads are withheld too')
  const own = social.filter(({ codes }) => codes['section'] === 'F')
  const sum = own.reduce((total, { numbers }) => total + (numbers['heads'] ?? 0n), 0n)
  t.match(f?.figures?.[1], { function: 'mean', sum, mean: { denominator: 60n } })
})

function clearGroups(groupBy: string[]) {
  const union = [...perHolder.values()].flat()
  const product = testProduct()
  const dims = product.dimensions.filter(({ name }) => groupBy.includes(name))
  const question = {
    part: 'tax',
    groupBy: dims.map(({ name, categories }) => ({
      dimension: name,
      codes: categories.map(({ code }) => code),
    })),
    where: [],
    amounts: [{ column: 'tax', lower: 0n, upper: 10n ** 11n, squares: false }],
    flags: ['arrears'],
  }
  const groups = plainGroups(union, question)
  return new Map(
    groups.map(({ group, units, amounts, flags }) => {
      const codes = `${['C', 'F', 'H'][Math.floor(group / 2)]}/${['370102', '370103'][group % 2]}`
      return [codes, { units, tax: required(amounts[0]).sum, arrears: required(flags[0]) }] as const
    }),
  )
}
