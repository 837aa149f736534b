import { CityError, type CitySpec } from './city-spec.ts'
import { openFirms } from './firm.ts'
import type { Column, Row, Table } from './table.ts'
import { customs, enforcement, patent, penalty, procurement } from './tables/events.ts'
import { loan } from './tables/loans.ts'
import { enterprise, holdingGroup } from './tables/registry.ts'
import { socialEnterpriseYear, taxEnterpriseYear } from './tables/snapshots.ts'
import { fundMonthly, socialMonthly } from './tables/social.ts'
import { taxArrears, taxGrade, taxMonthly } from './tables/tax.ts'
import { gasMonthly, kwhMonthly, waterMonthly } from './tables/utilities.ts'

/** Every table of a city, by holder. */
export const TABLES: readonly Table[] = [
  enterprise,
  holdingGroup,
  taxMonthly,
  taxGrade,
  taxArrears,
  taxEnterpriseYear,
  socialMonthly,
  socialEnterpriseYear,
  fundMonthly,
  kwhMonthly,
  waterMonthly,
  gasMonthly,
  enforcement,
  penalty,
  patent,
  procurement,
  customs,
  loan,
]

/**
 * Finds a table by `holder.name`, or by its name alone where one holder has it.
 * Throws CITY_TABLE_UNKNOWN.
 */
export function tableOf(name: string): Table {
  const found = TABLES.filter(({ id }) => id === name || id.endsWith(`.${name}`))
  const [table] = found
  if (table !== undefined && found.length === 1) return table
  throw new CityError('CITY_TABLE_UNKNOWN', `${found.length} tables of that name`)
}

/** The columns of a table, in the order of its cells. Throws CITY_TABLE_UNKNOWN. */
export function columnsOf(table: string): readonly Column[] {
  return tableOf(table).columns
}

/**
 * Streams one table, firm by firm and month by month; nothing else of the city is built for it.
 * Memory stays at one firm's rows. Throws CITY_TABLE_UNKNOWN.
 */
export function* rowsOf(table: string, spec: CitySpec): Generator<Row, void> {
  const firmOf = openFirms(spec)
  const append = tableOf(table).open(spec)
  const rows: Row[] = []
  for (let index = 1; index <= spec.firms; index++) {
    rows.length = 0
    append(firmOf(index), rows)
    for (const row of rows) yield row
  }
}
