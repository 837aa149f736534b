import { readFile } from 'node:fs/promises'
import path from 'node:path'
import t from 'tap'
import { openPartSources } from '#connectors/sources/part-sources'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import type { Condition, Measure } from '#protocol/messages/query'
import { GOLDEN_Q1 } from '../fixtures/golden/golden.ts'
import { openTestSpace, Relay, required, type TestSpace } from '../support/relay.ts'

const folder = path.join(import.meta.dirname, '../fixtures/golden')
const product = parseMessage(Product, JSON.parse(await readFile(`${folder}/product.json`, 'utf8')))

// The configuration of the fixture: k = 5, p % = 10, OC6 off. Its data are of level 2.
const controls = { minCohort: 5, pPercent: 10, degreesOfFreedom: 0 }

const section = (...codes: string[]): Condition => {
  return { column: 'section', operator: 'isAnyOf', value: codes }
}

async function openGolden(): Promise<TestSpace> {
  const sources = [{ product: product.product, part: 'firms', mapping: 'mapping.json' }]
  const held = await openPartSources({ sources }, folder, [product])
  t.teardown(() => held[Symbol.asyncDispose]())
  const source = required(held.of(product.product, 'firms'))
  return openTestSpace(t, { product, controls, sources: () => source })
}

async function askGolden(space: TestSpace, where: Condition[], measures: Measure[]) {
  const query = { product: product.product, groupBy: [], measures, where }
  const outcome = await new Relay(space, { query }).run()
  if (outcome.kind !== 'answer') throw new Error('the session was voided')
  return required(outcome.answer.groups[0]).figures
}

const space = await openGolden()

t.test('Q1: section F is released, with every figure of the fixture', async (t) => {
  const measures: Measure[] = [
    { function: 'count' },
    { function: 'var', column: 'tax12' },
    { function: 'sum', column: 'heads' },
    { function: 'sum', column: 'kwh' },
  ]
  const figures = required(await askGolden(space, [section('F')], measures))
  t.match(figures[0], { count: 6n })
  t.match(figures[1], { sum: 43_264_650n, sumOfSquares: 809_871_484_433_750n })
  const mean = required(figures[1] && 'mean' in figures[1] ? figures[1].mean : undefined)
  t.equal(mean.numerator, GOLDEN_Q1.meanTaxFen * mean.denominator)
  t.match(figures[2], { sum: GOLDEN_Q1.heads })
  t.match(figures[3], { sum: GOLDEN_Q1.kwh })
})

const tax: Measure[] = [{ function: 'count' }, { function: 'sum', column: 'tax12' }]
const district: Condition = { column: 'division6', operator: 'eq', value: '370102' }

t.test('what must be withheld looks the same whatever the reason', async (t) => {
  const cases: [string, Condition[], string][] = [
    ['Q2: two firms', [section('F'), district], 'OC1'],
    ['Q3: one firm with 92 %', [section('C')], 'OC2'],
    ['Q5: all twelve, one firm with 87 %', [], 'OC2'],
  ]
  const desk = required(space.holders.get('did:web:bureau.golden.example'))
  for (const [what, where, rule] of cases) {
    const query = { product: product.product, groupBy: [], measures: tax, where }
    const relay = new Relay(space, { query })
    const outcome = await relay.run()
    if (outcome.kind !== 'answer') throw new Error('the session was voided')
    t.same(outcome.answer.groups, [{ codes: [], figures: undefined }], what)
    const vetoes = await desk.ledger.vetoes(relay.invitation)
    t.same(vetoes, [{ part: 'firms', group: 0, rule }], 'the reason stands in the holder’s ledger')
  }
})
