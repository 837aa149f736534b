import { parseArgs } from 'node:util'
import { CityError, citySpec, DEFAULT_SEED } from './city-spec.ts'
import { writeCsv } from './csv.ts'
import { columnsOf, TABLES, tableOf } from './generator.ts'

const USAGE = `Writes one table of a synthetic city as CSV.

  node tools/city/main.ts --city jinan|qingdao|binzhou --table NAME --out FILE
       [--firms 2000] [--months 24] [--seed ${DEFAULT_SEED}]
  node tools/city/main.ts --list

NAME is as listed, or its last part where one holder alone has it.
`

const OPTIONS = {
  city: { type: 'string' },
  table: { type: 'string' },
  out: { type: 'string' },
  firms: { type: 'string', default: '2000' },
  months: { type: 'string', default: '24' },
  seed: { type: 'string', default: DEFAULT_SEED },
  list: { type: 'boolean', default: false },
} as const

/**
 * Runs the command and returns the text for standard output. Throws CityError: CITY_USAGE for a
 * missing option, and the codes of `citySpec` and `tableOf`.
 */
export function runCity(args: readonly string[]): string {
  const { city, table, out, firms, months, seed, list } = optionsOf(args)
  if (list) return TABLES.map(({ id, title }) => `${lineOf(id, title)}\n`).join('')
  if (city === undefined || table === undefined || out === undefined) {
    throw new CityError('CITY_USAGE', 'the options city, table and out are needed')
  }
  const { id } = tableOf(table)
  const count = writeCsv(out, id, citySpec(city, Number(firms), Number(months), seed))
  return `${id}: ${count} rows\n`
}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new CityError('CITY_USAGE', 'an option is unknown or has no value')
  }
}

function lineOf(id: string, title: string): string {
  const columns = columnsOf(id).map(({ name, nullable }) => (nullable ? `${name}?` : name))
  return `${id.padEnd(22)} ${title}\n${' '.repeat(23)}${columns.join(' ')}`
}

if (import.meta.main) {
  try {
    process.stdout.write(runCity(process.argv.slice(2)))
  } catch (error) {
    if (!(error instanceof CityError)) throw error
    process.stderr.write(`${error.code}: ${error.message}\n\n${USAGE}`)
    process.exitCode = 2
  }
}
