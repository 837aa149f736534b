import { createHash } from 'node:crypto'
import t from 'tap'
import { citySpec } from '#tools/city/city-spec'
import { csvChunks } from '#tools/city/csv'
import type { CityId } from '#tools/city/divisions'
import { columnsOf, rowsOf, TABLES, tableOf } from '#tools/city/generator'
import { INDUSTRIES } from '#tools/city/industries'

/** SHA-256 of each table's CSV: 2,000 firms, 24 months, default seed. */
const JINAN: Readonly<Record<string, string>> = {
  'samr.enterprise': '7c390cc2e02152351b0fc05b1477a5c091360f958267288de6a50f76a57cf22c',
  'samr.holding_group': '13f64d5b86bd67a506a6bd37b571000da7b2847c3f070ce9b9bc9313b4e9e41b',
  'tax.tax_monthly': '97729cd4dd9e978b71178bece228ebdc7de17aedef59a0e07c8afcbece95615f',
  'tax.grade': 'c793970243ea8976e8d8e348e632e2da485c2465c4b0f3cb9493754bcd4ab6db',
  'tax.arrears': '14bc5a98825889a6cbcf0d0408a76c725ad17077d765da5b7780473ccd9a7065',
  'tax.enterprise_year': 'd1ed6273c7bb3b4414f0e561d7628bcc79c943906cb992142c3394032e586dfc',
  'hrss.social_monthly': 'e6cb94afc86b55f569f30c6b8a7250026fa3aee730aa987b869ce11b383bbd5a',
  'hrss.enterprise_year': '8a77049846ff9e8ba67c913386e9df80e1caef7a4295cbdc271163489f569f02',
  'hpf.fund_monthly': 'eb45ccf6915194ff36acae8448df0cd382806f8d3d7be2c527cdb4184a1e0532',
  'power.kwh_monthly': 'b77be9235f46aadefa97c8da6cfd277a4eff32307c3f3f0b466e1a0bf25ef542',
  'water.m3_monthly': 'b927bc3767405a2f8de88291251438038ac2d2c446efbb23fa8c739713680379',
  'gas.m3_monthly': '1bd06cb721c3dedee96385322310d0c57fd41b9072f09b68462a7642661674b6',
  'court.enforcement': '874ba223bca1ee3079168b2718fc2e2b8aca4ccd09c1d4b2e7444fb52f4cde95',
  'agencies.penalty': '1096bb743c024e9ced456f8ee804ad14919e6c7b586ff08c07aecf377d535fe3',
  'ip.patent': '1cfb35eca1aa21b323996ae2fcc5920356f8dc9870cc98c597de5eecd8beff19',
  'finance.procurement': '3db2edbb4330d36a23934c6d22be8079284d3d806395d57c854d9f9cf7c390cb',
  'customs.declaration': '2ae5254a817f3425993a36c8f98d79c82b33884c2a1f8f57343575c91a05fc60',
  'bank.loan': 'fa6719a67401c15d34f2d5eacdfb69e575e07c117ee8c7298a8fb3e688788549',
}
/** SHA-256 over the digests of all tables, in their order. */
const OTHERS: Partial<Readonly<Record<CityId, string>>> = {
  qingdao: '68d36b78152b60c8f5c2c596581f8e0ad84b664aa3a43962b5c21f2566df9b9a',
  binzhou: '95984eca5f372268878b609ba38458d2bf072573c6aa5350b42e909df50efb82',
}

const TIME_COLUMNS = new Set(['ym', 'year', 'filed', 'date', 'granted', 'signed'])

function digestOf(table: string, city: CityId): string {
  const hash = createHash('sha256')
  for (const chunk of csvChunks(table, citySpec(city, 2000, 24))) hash.update(chunk)
  return hash.digest('hex')
}

t.test('Jinan at the scale of the checks is this, byte for byte', async (t) => {
  const digests = TABLES.map(({ id }) => [id, digestOf(id, 'jinan')])
  t.same(Object.fromEntries(digests), JINAN)
})

t.test('so are the other cities', async (t) => {
  for (const city of ['qingdao', 'binzhou'] as const) {
    const hash = createHash('sha256')
    for (const { id } of TABLES) hash.update(digestOf(id, city))
    t.equal(hash.digest('hex'), OTHERS[city], city)
  }
})

t.test('a table does not depend on what was built before or beside it', async (t) => {
  const spec = citySpec('jinan', 60, 24)
  for (const { id } of TABLES) {
    const alone = [...rowsOf(id, spec)]
    const streams = TABLES.map((table) => rowsOf(table.id, spec))
    const at = TABLES.findIndex((table) => table.id === id)
    const beside: unknown[] = []
    for (let open = true; open; ) {
      for (const [number, stream] of streams.entries()) {
        const step = stream.next()
        if (number !== at) continue
        if (step.done) open = false
        else beside.push(step.value)
      }
    }
    t.same(beside, alone, id)
  }
})

t.test('fewer firms are the first firms, and a shorter window is the first months', async (t) => {
  for (const { id, columns } of TABLES) {
    const rows = [...rowsOf(id, citySpec('binzhou', 300, 24))]
    const fewer = [...rowsOf(id, citySpec('binzhou', 100, 24))]
    t.same(rows.slice(0, fewer.length), fewer, `${id}: firms`)
    const when = columns.findIndex(({ name }) => TIME_COLUMNS.has(name))
    if (when < 0) continue
    const first = rows.filter((row) => String(row[when]).startsWith('2024'))
    t.same([...rowsOf(id, citySpec('binzhou', 300, 12))], first, `${id}: months`)
  }
})

t.test('another seed or city shares no row of figures', async (t) => {
  const bodyOf = (seed: string, city: CityId) =>
    new Set(
      [...rowsOf('social_monthly', citySpec(city, 50, 24, seed))].map((row) => row.slice(1).join()),
    )
  const base = bodyOf('a', 'jinan')
  t.ok(base.size > 100)
  for (const other of [bodyOf('b', 'jinan'), bodyOf('a', 'qingdao')]) {
    t.ok(base.intersection(other).size * 50 < base.size)
  }
})

t.test('every cell is what its column says', async (t) => {
  for (const { id } of TABLES) {
    const columns = columnsOf(id)
    const wrong = [...rowsOf(id, citySpec('qingdao', 300, 24))].filter(
      (row) =>
        row.length !== columns.length ||
        columns.some(({ type, nullable }, at) => {
          const cell = row[at]
          if (cell === null) return !nullable
          if (type === 'int64') return !Number.isSafeInteger(cell)
          return typeof cell !== 'string' || (type === 'date' && !/^\d{4}-\d\d-\d\d$/.test(cell))
        }),
    )
    t.same(wrong, [], id)
  }
})

t.test('industry classes lie in their sections, and shares are complete', async (t) => {
  const bounds = {
    A: '0105',
    C: '1343',
    D: '4446',
    E: '4750',
    F: '5152',
    G: '5360',
    H: '6162',
    I: '6365',
    K: '7070',
    L: '7172',
    M: '7375',
    O: '8082',
    P: '8383',
    Q: '8485',
    R: '8690',
  }
  for (const { section, classes } of INDUSTRIES) {
    const [from, to] = [bounds[section].slice(0, 2), bounds[section].slice(2)]
    for (const code of classes) t.ok(code.slice(0, 2) >= from && code.slice(0, 2) <= to, code)
  }
  for (const city of ['jinan', 'qingdao', 'binzhou'] as const) {
    t.equal(
      INDUSTRIES.reduce((sum, { share }) => sum + share[city], 0),
      1000,
    )
  }
})

t.test('names, sizes and cities from outside are checked', async (t) => {
  t.equal(tableOf('tax_monthly').id, 'tax.tax_monthly')
  t.equal(tableOf('hrss.enterprise_year').id, 'hrss.enterprise_year')
  for (const name of ['enterprise_year', 'm3_monthly', 'monthly', '']) {
    t.throws(() => tableOf(name), { code: 'CITY_TABLE_UNKNOWN' }, name)
  }
  t.throws(() => citySpec('atlantis', 10, 12), { code: 'CITY_UNKNOWN' })
  t.throws(() => citySpec('toString', 10, 12), { code: 'CITY_UNKNOWN' })
  for (const [firms, months] of [
    [0, 12],
    [1_000_000, 12],
    [10, 0],
    [10, 121],
    [1.5, 12],
    [Number.NaN, 1],
  ] as const) {
    t.throws(() => citySpec('jinan', firms, months), { code: 'CITY_SIZE_REJECTED' })
  }
})
