import t from 'tap'
import { citySpec } from '#tools/city/city-spec'
import { CITIES } from '#tools/city/divisions'
import { rowsOf } from '#tools/city/generator'
import { isUscc } from '#tools/city/uscc'
import { integerOf, recordsOf, shareOf, textOf } from './records.ts'

const spec = citySpec('jinan', 2000, 24)
const enterprises = recordsOf('samr.enterprise', spec)
const keysOf = (table: string) =>
  new Set(recordsOf(table, spec).map((record) => textOf(record, 'uscc')))

t.test('one code in two hundred has a wrong check character', async (t) => {
  const share = shareOf(enterprises, (record) => !isUscc(textOf(record, 'uscc')))
  t.ok(share > 0.002 && share < 0.009, `${share}`)
  t.equal(new Set(enterprises.map((record) => textOf(record, 'uscc'))).size, enterprises.length)
})

t.test('firms have up to three meters, and some readings came twice', async (t) => {
  for (const table of ['power.kwh_monthly', 'water.m3_monthly', 'gas.m3_monthly']) {
    const rows = recordsOf(table, spec)
    const meters = new Map<string, Set<string>>()
    for (const row of rows) {
      const known = meters.get(textOf(row, 'uscc')) ?? new Set()
      meters.set(textOf(row, 'uscc'), known.add(textOf(row, 'meter_id')))
    }
    const counts = [...meters.values()].map(({ size }) => size)
    t.same([...new Set(counts)].sort(), [1, 2, 3], table)
    const readings = rows.map((row) => `${textOf(row, 'meter_id')}/${textOf(row, 'ym')}`)
    const twice = readings.length - new Set(readings).size
    t.ok(twice > 0 && twice < readings.length / 200, `${table}: ${twice}`)
  }
})

t.test('late corrections stand beside the filings that they replace', async (t) => {
  const filings = Map.groupBy(
    recordsOf('tax.tax_monthly', spec),
    (row) => `${textOf(row, 'uscc')}/${textOf(row, 'ym')}`,
  )
  const corrected = [...filings.values()].filter(({ length }) => length > 1)
  const share = corrected.length / filings.size
  t.ok(share > 0.003 && share < 0.015, `${share}`)
  for (const [original, correction, ...more] of corrected) {
    if (original === undefined || correction === undefined) continue
    if (integerOf(original, 'late_days') > 30n) t.fail('an original this late')
    if (integerOf(correction, 'late_days') <= 30n) t.fail('a correction this early')
    if (more.length > 0) t.fail('corrected twice')
  }
})

t.test('the same firm is written in several ways', async (t) => {
  const registered = new Map(
    enterprises.map((record) => [textOf(record, 'uscc'), textOf(record, 'name')]),
  )
  const written = recordsOf('finance.procurement', spec).map((record) => ({
    name: textOf(record, 'supplier_name'),
    official: registered.get(textOf(record, 'uscc')),
  }))
  const variants = written.filter(({ name, official }) => name !== official)
  t.ok(variants.length * 5 > written.length && variants.length * 5 < written.length * 3)
  const kinds = [/\(\d+\)/, /\u3000$/, /有限责任公司$/, /[０-９]/, /^ /]
  for (const kind of kinds)
    t.ok(
      variants.some(({ name }) => kind.test(name)),
      kind.source,
    )
})

t.test('names leave the basic plane, hold quotes, commas and full-width letters', async (t) => {
  const names = enterprises.flatMap((record) => [
    textOf(record, 'name'),
    textOf(record, 'legal_rep_name'),
  ])
  for (const kind of [/[\u{20000}-\u{2ffff}]/u, /·/, /[Ａ-Ｚ]/, /[“”]/, /,/]) {
    t.ok(
      names.some((name) => kind.test(name)),
      kind.source,
    )
  }
})

t.test('traders stand among the enterprises, some under the number of a person', async (t) => {
  const share = shareOf(enterprises, (record) => record.get('ent_type') === '个体')
  t.ok(share > 0.1 && share < 0.2, `${share}`)
  const persons = new Set(enterprises.map((record) => textOf(record, 'legal_rep_idno')))
  for (const table of ['tax.tax_monthly', 'hrss.social_monthly']) {
    const found = [...keysOf(table)].filter((key) => persons.has(key))
    t.ok(found.length > 40, `${table}: ${found.length}`)
    t.ok(found.every((key) => key.startsWith('379900')))
  }
  for (const table of ['tax.enterprise_year', 'hrss.enterprise_year', 'tax.grade']) {
    t.ok(
      [...keysOf(table)].every((key) => key.startsWith('91')),
      table,
    )
  }
})

t.test('values are missing', async (t) => {
  const nullable = [
    ['samr.enterprise', 'industry4'],
    ['samr.enterprise', 'reg_capital_fen'],
    ['samr.enterprise', 'legal_rep_idno'],
    ['tax.tax_monthly', 'sales_fen'],
    ['hrss.social_monthly', 'base_fen'],
    ['power.kwh_monthly', 'kwh'],
    ['court.enforcement', 'closed'],
    ['bank.loan', 'default_date'],
  ] as const
  for (const [table, column] of nullable) {
    const share = shareOf(recordsOf(table, spec), (record) => record.get(column) === null)
    t.ok(share > 0 && share < 1, `${table} ${column}`)
  }
})

t.test('one firm pays most of the tax of its district', async (t) => {
  const byDivision = Map.groupBy(recordsOf('tax.enterprise_year', spec), (record) =>
    textOf(record, 'division6'),
  )
  t.equal(byDivision.size, CITIES.jinan.divisions.length)
  for (const [division, records] of byDivision) {
    const taxes = records.map((record) => integerOf(record, 'tax12_fen'))
    const total = taxes.reduce((sum, tax) => sum + tax, 0n)
    t.ok(
      taxes.some((tax) => tax * 10n > total * 8n),
      division,
    )
  }
})

t.test('tax and social insurance know 85 % of the firms in common', async (t) => {
  const tax = keysOf('tax.tax_monthly')
  const social = keysOf('hrss.social_monthly')
  const share = tax.intersection(social).size / tax.union(social).size
  t.ok(share > 0.82 && share < 0.88, `${share}`)
})

t.test('holding groups have several members in one district', async (t) => {
  const placeOf = new Map(
    enterprises.map((record) => [
      textOf(record, 'uscc'),
      `${textOf(record, 'section')}${textOf(record, 'division6')}`,
    ]),
  )
  const groups = Map.groupBy(rowsOf('samr.holding_group', spec), ([, group]) => group ?? '')
  t.ok(groups.size >= 25)
  t.ok([...groups.values()].filter(({ length }) => length > 1).length * 10 > groups.size * 9)
  for (const [group, members] of groups) {
    const places = new Set(members.map(([uscc]) => placeOf.get(String(uscc))))
    t.equal(places.size, 1, String(group))
  }
})
