import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_CONTROLS } from '#policies/controls'
import { amountPasses, passesPPercent, passesShare } from '#policies/disclosure/dominance'
import { gateFails, isPlausible, type PooledEvidence } from '#policies/disclosure/gate'
import type { GateControls } from '#policies/disclosure/gate-controls'
import { pooledPartFails, standsAlone, wholeCohortFails } from '#policies/disclosure/local-checks'
import { sessionControls } from '#policies/disclosure/session-controls'
import { cohortOf, summaryOf } from '../support/cohort.ts'

const controls: GateControls = {
  minCohort: 10,
  minHolders: 3,
  pPercent: 10,
  dominanceN: 2,
  dominanceShare: 100,
  spread: 1,
  degreesOfFreedom: 10,
}
const sums = { squares: [false], parameters: [0] }

t.test('p %: the edge cases of the Handbook and of the golden fixture', async (t) => {
  const cases: [string, bigint[], boolean][] = [
    ['two large and one small', [50_000n, 49_000n, 1_000n], false],
    ['exactly p %', [100n, 50n, 10n], true],
    ['one under', [100n, 50n, 9n], false],
    ['one unit', [5n], false],
    ['all zeros', [0n, 0n, 0n], true],
    ['section F', [12_000_000n, 3_650_050n, 880_025n, 25_500_000n, 0n, 1_234_575n], true],
    ['section C', [800_000_000n, 41_000_000n, 15_000_000n, 9_500_000n, 2_100_000n], false],
  ]
  for (const [what, values, passes] of cases) {
    t.equal(passesPPercent(summaryOf(values).positive, 10), passes, what)
  }
})

t.test('(n, k): 50,000 / 49,000 / 1,000 passes (1, 50) and fails (2, 85)', async (t) => {
  const { positive } = summaryOf([50_000n, 49_000n, 1_000n])
  t.ok(passesShare(positive, { dominanceN: 1, dominanceShare: 50 }))
  t.notOk(passesShare(positive, { dominanceN: 2, dominanceShare: 85 }))
})

t.test('negative values: each sign and the magnitude must pass', async (t) => {
  const hidden = [100n, 90n, 80n, 70n, -1_000n, 60n]
  t.notOk(amountPasses(summaryOf(hidden), false, controls), 'one negative dominates its sign')
  const even = [100n, 90n, 80n, 70n, -100n, -90n, -80n, -70n]
  t.ok(amountPasses(summaryOf(even), false, controls))
})

t.test('x can pass where x² does not, and OC6 as a whole can be switched off', async (t) => {
  const values = [12_000_000n, 3_650_050n, 880_025n, 25_500_000n, 0n, 1_234_575n]
  t.ok(amountPasses(summaryOf(values), false, controls))
  t.notOk(amountPasses(summaryOf(values), true, controls))
  t.ok(amountPasses(summaryOf(values), true, { ...controls, degreesOfFreedom: 0 }))
})

const amounts = fc.array(fc.bigInt(0n, 10n ** 12n), { maxLength: 30 })

t.test('OC11: where every part passes, the pooled cohort passes, units shared or not', async () => {
  fc.assert(
    fc.property(fc.array(amounts, { minLength: 1, maxLength: 6 }), (parts) => {
      const allPass = parts.every((part) => !pooledPartFails(cohortOf(part), sums, controls))
      const pooled = amountPasses(summaryOf(parts.flat()), false, controls)
      // Units that appear at several holders: unit i of each part is the same enterprise.
      const longest = Math.max(...parts.map((part) => part.length))
      const merged = Array.from({ length: longest }, (_, unit) =>
        parts.reduce((sum, part) => sum + (part[unit] ?? 0n), 0n),
      )
      return !allPass || (pooled && amountPasses(summaryOf(merged), false, controls))
    }),
    { numRuns: 3000 },
  )
})

t.test('one holder: size, numerator on both sides, spread, moments', async (t) => {
  const values = Array.from({ length: 30 }, (_, i) => BigInt(100 + i))
  const cohort = cohortOf(values)
  const judge = (change: object, use = sums) =>
    wholeCohortFails({ ...cohort, ...change }, use, controls)
  t.equal(judge({}), undefined)
  t.equal(wholeCohortFails(cohortOf(values.slice(0, 9)), sums, controls), 'OC1')
  t.equal(judge({ flags: [9n] }), 'NUMERATOR', 'few have the flag')
  t.equal(judge({ flags: [21n] }), 'NUMERATOR', 'few do not have it')
  t.equal(judge({ flags: [15n] }), undefined)
  t.equal(judge(cohortOf(values.map(() => 7n))), 'OC5')
  const mean = { squares: [false], parameters: [1] }
  t.equal(wholeCohortFails(cohortOf(values.slice(0, 10)), mean, controls), 'OC6')
  const variance = { squares: [true], parameters: [2] }
  t.equal(wholeCohortFails(cohortOf(values.slice(0, 19)), variance, controls), 'OC6')
  t.equal(wholeCohortFails(cohortOf(values.slice(0, 20)), variance, controls), undefined)
})

t.test('the floors hold under every policy', async (t) => {
  const loose = { ...controls, minCohort: 1, minHolders: 1, spread: 0, pPercent: 0 }
  t.equal(wholeCohortFails(cohortOf([1n, 2n]), sums, loose), 'OC1')
  const two = evidence({ holders: 2n })
  t.equal(gateFails(two, { holders: 3, pooled: true, use: sums }, loose), 'OC7')
})

function evidence(change: Partial<PooledEvidence> = {}): PooledEvidence {
  const whole = { units: 30n, holders: 3n, passes: 3n, cohorts: undefined }
  return { ...whole, flags: [15n], spreads: [3n], ...change }
}

t.test('the gate on pooled evidence', async (t) => {
  const panel = { holders: 3, pooled: true, use: sums }
  const cases: [string, Partial<PooledEvidence>, string | undefined][] = [
    ['all well', {}, undefined],
    ['nine units', { units: 9n, flags: [] }, 'OC1'],
    ['two contributing holders', { holders: 2n }, 'OC7'],
    ['one holder’s part failed', { passes: 2n }, 'OC2'],
    ['a forged second bit too many', { passes: 4n }, 'OC2'],
    ['numerator 0', { flags: [0n] }, 'NUMERATOR'],
    ['numerator n', { flags: [30n] }, 'NUMERATOR'],
    ['no spread anywhere', { spreads: [0n] }, 'OC5'],
    ['k units, but at no single holder (A3, A25)', { cohorts: 0n }, 'OC1'],
  ]
  for (const [what, change, rule] of cases)
    t.equal(gateFails(evidence(change), panel, controls), rule, what)
})

t.test('impossible evidence is noise or forgery', async (t) => {
  t.ok(isPlausible(evidence(), 3, 1000n))
  const impossible: Partial<PooledEvidence>[] = [
    { units: 3001n },
    { holders: 4n },
    { passes: 4n },
    { flags: [31n] },
    { spreads: [4n] },
    { cohorts: 4n },
    { units: 0n, flags: [], holders: 1n },
  ]
  for (const change of impossible) t.notOk(isPlausible(evidence(change), 3, 1000n))
})

t.test('A25: a numerator of one enterprise at k holders stands at no holder alone', async (t) => {
  const cohort = cohortOf(Array.from({ length: 30 }, (_, i) => BigInt(100 + i)))
  const alone = (flag: bigint) => standsAlone({ ...cohort, flags: [flag] }, controls)
  t.ok(alone(10n))
  t.notOk(alone(1n), 'one of ten holders that each see the same one')
  t.notOk(alone(29n), 'the same enterprise without the flag everywhere')
  const pool = { units: 300n, holders: 10n, passes: 10n, flags: [10n], spreads: [10n] }
  const panel = { holders: 10, pooled: true, use: sums }
  const uncounted = { ...pool, cohorts: undefined }
  t.equal(gateFails(uncounted, panel, controls), undefined, 'control: the sums tell nothing')
  t.equal(gateFails({ ...pool, cohorts: 0n }, panel, controls), 'OC1')
})

t.test(
  'a session’s controls are the strictest that any holder states, and never below the floors',
  async (t) => {
    const stated = (change: object) => ({ ...DEFAULT_CONTROLS, ...change })
    const cases: [object[], object][] = [
      [[{ minCohort: 5 }, { minCohort: 20 }], { minCohort: 20 }],
      [[{ minCohort: 20 }, { minCohort: 5 }], { minCohort: 20 }],
      [[{ pPercent: 0 }, { pPercent: 15 }, {}], { pPercent: 15 }],
      [[{ dominanceShare: 100 }, { dominanceShare: 85 }], { dominanceShare: 85 }],
      [[{ spread: 0 }, { spread: 1 }], { spread: 1 }],
      [[{ minCohort: 0, minHolders: 0 }], { minCohort: 3, minHolders: 3 }],
    ]
    for (const [all, expected] of cases) t.match(sessionControls(all.map(stated)), expected)
    const { minCohort: _, ...missing } = DEFAULT_CONTROLS
    const refused: Record<string, number>[] = [
      missing,
      stated({ minCohort: -1 }),
      stated({ pPercent: 0.5 }),
      stated({ pPercent: Number.NaN }),
      stated({ pPercent: 2 ** 53 }),
      stated({ leastCohort: 10 }),
    ]
    for (const one of refused) {
      t.throws(() => sessionControls([stated({}), one]), { code: 'CONTROLS_MALFORMED' })
    }
    t.throws(() => sessionControls([]), { code: 'CONTROLS_MALFORMED' })
  },
)
