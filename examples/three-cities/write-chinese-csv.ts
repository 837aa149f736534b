import { closeSync, openSync, writeSync } from 'node:fs'
import type { CitySpec } from '#tools/city/city-spec'
import { csvRecord } from '#tools/city/csv'
import { columnsOf, rowsOf } from '#tools/city/generator'
import type { Cell, Row } from '#tools/city/table'

const TABLE = 'tax.enterprise_year'
const KINDS: Readonly<Record<string, string>> = { urban: '城区', suburban: '郊区', county: '县' }
const SIZES: Readonly<Record<string, string>> = {
  micro: '微型',
  small: '小型',
  medium: '中型',
  large: '大型',
}

const HEADER = [
  '统一社会信用代码',
  '集团代码',
  '行业门类',
  '区县类型',
  '企业规模',
  '全年税额（元）',
  '是否欠税',
  '从业人数',
]

/**
 * Writes the tax bureau's table as a spreadsheet would export it: a byte order mark, Chinese
 * headings and words, yuan with thousands marks. The bureau's mapping reads it as it is.
 */
export function writeChineseCsv(file: string, spec: CitySpec): void {
  const names = columnsOf(TABLE).map(({ name }) => name)
  const fd = openSync(file, 'w')
  try {
    let chunk = `\ufeff${csvRecord(HEADER)}`
    for (const row of rowsOf(TABLE, spec)) {
      chunk += csvRecord(translated(row, names))
      if (chunk.length < 1 << 20) continue
      writeSync(fd, chunk)
      chunk = ''
    }
    writeSync(fd, chunk)
  } finally {
    closeSync(fd)
  }
}

function translated(row: Row, names: readonly string[]): Row {
  const of = (name: string): Cell => row[names.indexOf(name)] ?? null
  return [
    of('uscc'),
    of('group_id'),
    of('section'),
    KINDS[String(of('district_kind'))] ?? '',
    SIZES[String(of('size_band'))] ?? '',
    yuan(BigInt(of('tax12_fen') ?? 0)),
    of('arrears') === 1 ? '是' : '否',
    of('heads'),
  ]
}

function yuan(fen: bigint): string {
  const whole = `${fen / 100n}`.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${whole}.${(fen % 100n).toString().padStart(2, '0')}`
}
