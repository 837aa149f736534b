import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { citySpec } from '#tools/city/city-spec'
import { csvChunks, csvRecord } from '#tools/city/csv'
import { columnsOf, rowsOf, TABLES } from '#tools/city/generator'
import { runCity } from '#tools/city/main'
import type { Cell } from '#tools/city/table'

/** A reader of RFC 4180 written apart from the writer; absent values are unquoted and empty. */
function parse(csv: string): Cell[][] {
  const records: Cell[][] = []
  let record: Cell[] = []
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  for (const [, quoted, bare, end] of csv.matchAll(cells)) {
    record.push(quoted?.replaceAll('""', '"') ?? (bare === '' ? null : (bare ?? null)))
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}

t.test('what is written is what is read', async (t) => {
  const rows: Cell[][] = [
    ['a,b', 'say "x"', 'two\r\nlines', ' edge ', '全角　'],
    ['', null, 0, -1, 9_007_199_254_740_991],
    [null, null, null, null, null],
    ['𠮷', '“泉”', '\u3000', '"', ','],
  ]
  const read = parse(rows.map(csvRecord).join(''))
  t.same(
    read,
    rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
  )
  t.equal(csvRecord([null, 'a b', 1]), ',a b,1\r\n')
})

t.test('every table survives the round trip, its header first', async (t) => {
  const spec = citySpec('jinan', 200, 24)
  for (const { id } of TABLES) {
    const [header, ...records] = parse([...csvChunks(id, spec)].join(''))
    t.same(
      header,
      columnsOf(id).map(({ name }) => name),
      id,
    )
    const rows = Array.from(rowsOf(id, spec), (row) =>
      row.map((cell) => (cell === null ? null : String(cell))),
    )
    t.same(records, rows, id)
  }
})

t.test('the command writes a table, lists all, and refuses the rest', async (t) => {
  const out = path.join(t.testdir(), 'grade.csv')
  const size = ['--firms', '50', '--months', '12']
  const said = runCity(['--city', 'jinan', '--table', 'grade', '--out', out, ...size])
  const records = parse(readFileSync(out, 'utf8'))
  t.equal(said, `tax.grade: ${records.length - 1} rows\n`)
  const listed = runCity(['--list'])
  for (const { id } of TABLES) t.ok(listed.includes(id), id)
  const refusals = [
    [['--city', 'jinan'], 'CITY_USAGE'],
    [['--town', 'jinan'], 'CITY_USAGE'],
    [['--city', 'jinan', '--table', 'none', '--out', out], 'CITY_TABLE_UNKNOWN'],
    [['--city', 'rome', '--table', 'grade', '--out', out], 'CITY_UNKNOWN'],
    [['--city', 'jinan', '--table', 'grade', '--out', out, '--firms', 'x'], 'CITY_SIZE_REJECTED'],
  ] as const
  for (const [args, code] of refusals) t.throws(() => runCity(args), { code }, code)
})
