import t from 'tap'
import { isUscc } from '#tools/city/uscc'
import {
  GOLDEN_FILES,
  GOLDEN_FIRMS,
  GOLDEN_HEADS_GRID,
  GOLDEN_MIN_COUNT,
  GOLDEN_P_PERCENT,
  GOLDEN_Q1,
  GOLDEN_QUESTIONS,
  GOLDEN_SCORECARD,
  GOLDEN_SCORES,
  type GoldenFirm,
  goldenCohort,
  goldenRecords,
} from '../fixtures/golden/golden.ts'

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n)
const taxes = (firms: readonly GoldenFirm[]) => firms.map(({ tax12Fen }) => tax12Fen)
const largestFirst = (values: readonly bigint[]) => values.toSorted((a, b) => (a < b ? 1 : -1))

/** The remainder without the two largest must cover p % of the largest. */
function failsPPercent(values: readonly bigint[]): boolean {
  const [first = 0n, second = 0n] = largestFirst(values)
  return (sum(values) - first - second) * 100n < GOLDEN_P_PERCENT * first
}

function scoreOf(firm: GoldenFirm): bigint {
  const { base, grade, taxBands, heads, execOpen, arrearsMonths } = GOLDEN_SCORECARD
  const band = taxBands.findLast(({ fromFen }) => firm.tax12Fen >= fromFen)
  const size = heads.filter(({ atLeast }) => firm.heads >= atLeast).map(({ points }) => points)
  const least = (a: bigint, b: bigint) => (a < b ? a : b)
  return (
    base +
    grade[firm.grade] +
    (band?.points ?? 0n) +
    sum(size) +
    execOpen.pointsEach * least(firm.execOpen, execOpen.atMost) +
    arrearsMonths.pointsEach * least(firm.arrearsMonths, arrearsMonths.atMost)
  )
}

t.test('every code of the fixture has right check characters', async (t) => {
  t.equal(new Set(GOLDEN_FIRMS.map(({ uscc }) => uscc)).size, 12)
  for (const { uscc, division6 } of GOLDEN_FIRMS) {
    t.ok(isUscc(uscc), uscc)
    t.equal(uscc.slice(2, 8), division6)
  }
})

t.test('the four holders keep the same cells as the one', async (t) => {
  const { all, ...holders } = GOLDEN_FILES
  const whole = goldenRecords(all)
  for (const [holder, file] of Object.entries(holders)) {
    const part = goldenRecords(file)
    t.equal(part.length, 12, holder)
    for (const [at, record] of part.entries()) {
      for (const [name, cell] of record) t.equal(cell, whole[at]?.get(name), `${holder} ${name}`)
    }
  }
})

for (const { id, cohort, outcome, count, taxFen, topPermille, difference } of GOLDEN_QUESTIONS) {
  t.test(`${id}: figures and the reason of its outcome`, async (t) => {
    const values = taxes(goldenCohort(cohort))
    const [top = 0n] = largestFirst(values)
    t.equal(BigInt(values.length), count)
    if (taxFen !== undefined) t.equal(sum(values), taxFen)
    if (topPermille !== undefined) {
      t.equal((top * 1000n + sum(values) / 2n) / sum(values), topPermille)
    }
    t.equal(count < GOLDEN_MIN_COUNT, outcome === 'small-cell')
    if (count >= GOLDEN_MIN_COUNT) t.equal(failsPPercent(values), outcome === 'dominance')
    t.equal(difference !== undefined, outcome === 'differencing')
    if (cohort.leastHeads !== undefined) t.ok(GOLDEN_HEADS_GRID.includes(cohort.leastHeads))
  })
}

t.test('Q1 releases exactly these figures', async (t) => {
  const firms = goldenCohort({ sections: ['F'] })
  t.equal(sum(taxes(firms)), GOLDEN_Q1.meanTaxFen * BigInt(firms.length), 'the mean is exact')
  t.equal(sum(firms.map(({ heads }) => heads)), GOLDEN_Q1.heads)
  t.equal(sum(firms.map(({ kwh }) => kwh)), GOLDEN_Q1.kwh)
  t.equal(sum(taxes(firms).map((fen) => fen * fen)), GOLDEN_Q1.taxFenSquared)
})

t.test('Q4 and Q6 beside Q1 give one firm away', async (t) => {
  const q1 = sum(taxes(goldenCohort({ sections: ['F'] })))
  const revealing = GOLDEN_QUESTIONS.filter(({ outcome }) => outcome === 'differencing')
  t.same(
    revealing.map(({ id }) => id),
    ['Q4', 'Q6'],
  )
  for (const { cohort, difference } of revealing) {
    const gap = sum(taxes(goldenCohort(cohort))) - q1
    t.equal(gap < 0n ? -gap : gap, difference?.taxFen)
    const victim = GOLDEN_FIRMS.find(({ uscc }) => uscc === difference?.uscc)
    t.equal(victim?.tax12Fen, difference?.taxFen)
  }
})

t.test('the scorecard gives every firm its score and verdict', async (t) => {
  const { pass, review } = GOLDEN_SCORECARD
  const computed = GOLDEN_FIRMS.map((firm) => {
    const score = scoreOf(firm)
    const verdict = score >= pass ? 'PASS' : score >= review ? 'REVIEW' : 'DECLINE'
    return { uscc: firm.uscc, score, verdict }
  })
  t.same(computed, GOLDEN_SCORES)
})
