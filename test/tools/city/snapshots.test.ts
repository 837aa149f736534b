import t from 'tap'
import { citySpec } from '#tools/city/city-spec'
import { CITIES, type CityId } from '#tools/city/divisions'
import { rowsOf } from '#tools/city/generator'
import { sizeBandOf } from '#tools/city/size-band'
import { integerOf, type NamedRow, recordsOf, textOf } from './records.ts'

const CITY_IDS: readonly CityId[] = ['jinan', 'qingdao', 'binzhou']
const K = 10
const spec = citySpec('binzhou', 1000, 30)
const byFirm = (records: readonly NamedRow[]) =>
  Map.groupBy(records, (record) => textOf(record, 'uscc'))
const inYear = (records: readonly NamedRow[]) =>
  records.filter((record) => textOf(record, 'ym').startsWith('2025'))

t.test('tax12 is the sum of the twelve filings that count', async (t) => {
  const filings = byFirm(inYear(recordsOf('tax.tax_monthly', spec)))
  const arrears = byFirm(inYear(recordsOf('tax.arrears', spec)))
  const grades = new Map(
    recordsOf('tax.grade', spec)
      .filter((record) => record.get('year') === 2025)
      .map((record) => [textOf(record, 'uscc'), record.get('grade')]),
  )
  const snapshot = recordsOf('tax.enterprise_year', spec)
  t.ok(snapshot.length > 700)
  for (const row of snapshot) {
    const uscc = textOf(row, 'uscc')
    const tax = sumOfCounting(filings.get(uscc) ?? [])
    if (integerOf(row, 'tax12_fen') !== tax) t.fail('tax12_fen differs from its months')
    if (integerOf(row, 'arrears') !== (arrears.has(uscc) ? 1n : 0n)) t.fail('arrears differ')
    if (row.get('grade') !== grades.get(uscc)) t.fail('grade differs')
  }
})

t.test('a sum over all filing rows would count corrected months twice', async (t) => {
  const filings = byFirm(inYear(recordsOf('tax.tax_monthly', spec)))
  const snapshot = recordsOf('tax.enterprise_year', spec)
  const wrong = snapshot.filter((row) => {
    const rows = filings.get(textOf(row, 'uscc')) ?? []
    return integerOf(row, 'tax12_fen') !== rows.reduce((sum, filing) => sum + taxOf(filing), 0n)
  })
  t.ok(wrong.length > 10 && wrong.length < snapshot.length / 4, `${wrong.length}`)
})

t.test('the social insurance year is the sum of its months', async (t) => {
  const months = byFirm(inYear(recordsOf('hrss.social_monthly', spec)))
  const snapshot = recordsOf('hrss.enterprise_year', spec)
  t.ok(snapshot.length > 700)
  for (const row of snapshot) {
    const rows = months.get(textOf(row, 'uscc')) ?? []
    for (const [yearly, monthly] of [
      ['insured_months', 'insured'],
      ['paid12_fen', 'paid_fen'],
      ['arrears_months', 'arrears'],
    ] as const) {
      const sum = rows.reduce((total, record) => total + integerOf(record, monthly), 0n)
      if (integerOf(row, yearly) !== sum) t.fail(`${yearly} differs from its months`)
    }
  }
})

t.test('both bureaus place a firm in the same groups, and the register agrees', async (t) => {
  const tax = byFirm(recordsOf('tax.enterprise_year', spec))
  const register = byFirm(recordsOf('samr.enterprise', spec))
  const kinds = new Map(CITIES.binzhou.divisions.map(({ code, kind }) => [code, kind]))
  for (const row of recordsOf('hrss.enterprise_year', spec)) {
    const [same] = tax.get(textOf(row, 'uscc')) ?? []
    const [registered] = register.get(textOf(row, 'uscc')) ?? []
    if (row.get('district_kind') !== kinds.get(textOf(row, 'division6'))) t.fail('kind differs')
    if (row.get('section') !== registered?.get('section')) t.fail('section differs')
    for (const name of [
      'group_id',
      'section',
      'division6',
      'district_kind',
      'size_band',
      'heads',
    ]) {
      if (same !== undefined && same.get(name) !== row.get(name)) t.fail(`${name} differs`)
    }
  }
})

t.test('nothing is published before the first year is full', async (t) => {
  t.same([...rowsOf('tax.enterprise_year', citySpec('jinan', 50, 11))], [])
  t.same([...rowsOf('hrss.enterprise_year', citySpec('jinan', 50, 11))], [])
})

t.test('every city has every kind of district', async (t) => {
  for (const city of CITY_IDS) {
    const kinds = new Set(CITIES[city].divisions.map(({ kind }) => kind))
    t.equal(kinds.size, 3, city)
    t.equal(
      CITIES[city].divisions.reduce((sum, { weight }) => sum + weight, 0),
      1000,
    )
  }
})

t.test('size bands by heads', async (t) => {
  const table = [
    ['5164', 4, 'micro'],
    ['5164', 5, 'small'],
    ['5164', 20, 'medium'],
    ['5164', 200, 'large'],
    ['5211', 9, 'micro'],
    ['5211', 300, 'large'],
    ['3311', 299, 'small'],
    ['3311', 1000, 'large'],
    ['5990', 200, 'large'],
    ['6020', 200, 'small'],
    ['6421', 300, 'medium'],
    ['6513', 300, 'large'],
    ['0141', 9, 'micro'],
  ] as const
  for (const [industry4, heads, band] of table) {
    t.equal(sizeBandOf(industry4, heads), band, `${industry4} ${heads}`)
  }
})

t.test(
  'wholesale and retail: a tenth in arrears, most groups large enough and not all',
  async (t) => {
    const groups = new Map<string, { firms: number; inArrears: number }>()
    for (const city of CITY_IDS) {
      const trade = recordsOf('tax.enterprise_year', citySpec(city, 20_000, 24)).filter(
        (record) => record.get('section') === 'F',
      )
      const share = trade.filter((record) => record.get('arrears') === 1).length / trade.length
      t.ok(share > 0.1 && share < 0.12, `${city}: ${share}`)
      for (const record of trade) count(groups, record)
    }
    const sizes = [...groups.values()]
    const passing = sizes.filter(({ firms, inArrears }) => inArrears >= K && firms - inArrears >= K)
    t.equal(groups.size, 12)
    t.ok(passing.length >= 7 && passing.length < groups.size, `${passing.length} of ${groups.size}`)
  },
)

function count(groups: Map<string, { firms: number; inArrears: number }>, record: NamedRow): void {
  const name = `${textOf(record, 'district_kind')} ${textOf(record, 'size_band')}`
  const { firms, inArrears } = groups.get(name) ?? { firms: 0, inArrears: 0 }
  const more = record.get('arrears') === 1 ? 1 : 0
  groups.set(name, { firms: firms + 1, inArrears: inArrears + more })
}

/** Of the rows of one month, the one with the most late days counts. */
function sumOfCounting(filings: readonly NamedRow[]): bigint {
  const months = Map.groupBy(filings, (filing) => textOf(filing, 'ym'))
  const counting = [...months.values()].map((rows) =>
    rows.reduce((best, row) =>
      integerOf(row, 'late_days') > integerOf(best, 'late_days') ? row : best,
    ),
  )
  return counting.reduce((sum, filing) => sum + taxOf(filing), 0n)
}

function taxOf(filing: NamedRow): bigint {
  return integerOf(filing, 'vat_fen') + integerOf(filing, 'cit_fen') + integerOf(filing, 'iit_fen')
}
