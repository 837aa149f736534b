import { readFileSync } from 'node:fs'
import t from 'tap'
import { outputControls } from '#policies/controls'
import type { RequestFields } from '#policies/request'
import { type Change, decideBase, exampleSnapshot } from './example-world.ts'

interface Case {
  readonly name: string
  readonly change: {
    readonly remove?: string
    readonly facts?: Change['facts']
    readonly asset?: Change['facts']
    readonly party?: Change['facts']
    readonly counters?: Readonly<Record<string, number>>
    readonly now?: string
    readonly action?: string
    readonly authorization?: string
  }
  readonly expect: {
    readonly decision: string
    readonly code?: string
    readonly layer?: string
    readonly controls?: Readonly<Record<string, unknown>>
    readonly duties?: readonly string[]
  }
}

const file = new URL('./examples/decisions.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] }
const snapshot = exampleSnapshot()

t.test('the fourteen decisions of the example policies', async (t) => {
  t.equal(cases.length, 14)
  for (const { name, change, expect } of cases) {
    const decision = decideBase(snapshot, changeOf(change))
    t.equal(decision.decision, expect.decision, name)
    if (expect.code !== undefined) t.equal(decision.code, expect.code, `${name}: code`)
    t.equal(decision.layer, expect.layer, `${name}: layer`)
    if (expect.controls !== undefined) t.same(decision.controls, expect.controls, name)
    if (expect.duties !== undefined) {
      t.same([...new Set(decision.duties.map(({ action }) => action))].sort(), expect.duties, name)
    }
  }
})

t.test('a permit names what the ledger must reserve', async (t) => {
  t.match(decideBase(snapshot).reservations, [
    { operand: 'bt:countPer', unit: 'P1D', amount: 1, limit: 2000 },
    { operand: 'count', amount: 1, limit: 3 },
  ])
  t.same(decideBase(snapshot, { used: { count: 3 } }).reservations, [])
})

t.test('defaults stand where policies are silent, floors always', async (t) => {
  const controls = outputControls(decideBase(snapshot))
  t.match(controls, { minCohort: 10, minHolders: 3, pPercent: 10 })
  t.equal(outputControls(decideBase(snapshot), { minCohort: 20 }).minCohort, 20)
})

function changeOf({
  remove,
  facts,
  asset,
  party,
  counters,
  now,
  action,
  authorization,
}: Case['change']): Change {
  const request: Partial<RequestFields> = {
    ...(action === undefined ? {} : { action }),
    ...(authorization === undefined ? {} : { authorization }),
  }
  const removed =
    remove === undefined ? {} : { [remove.replace(/^(facts|asset)\./, '')]: undefined }
  const changed = { ...facts, ...asset, ...party, ...(now === undefined ? {} : { dateTime: now }) }
  return { request, facts: { ...changed, ...removed }, used: counters ?? {} }
}
