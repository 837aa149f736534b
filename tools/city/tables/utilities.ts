import { seasonOf, ymOf } from '../calendar.ts'
import type { CitySpec } from '../city-spec.ts'
import { CITIES } from '../divisions.ts'
import { Draws } from '../draws.ts'
import { exponential } from '../elementary.ts'
import type { Firm } from '../firm.ts'
import { type HolderId, openHolderKeys } from '../holder-keys.ts'
import { int64, type Row, type Table, text } from '../table.ts'

/** A kind of meter: how much one firm draws in an average month, and what a unit costs. */
interface Utility {
  readonly holder: HolderId
  readonly id: string
  readonly title: string
  readonly letter: string
  readonly unit: string
  readonly fenPerUnit: number
  readonly monthlyUse: (firm: Firm) => number
}

/** Parts of a firm's use in a hundred, for one, two and three meters. */
const METER_SHARES = [[100], [70, 30], [60, 25, 15]] as const
const MISSED_READING = 0.003
const TWICE_SENT = 0.002

/** Electricity, in kilowatt-hours. */
export const kwhMonthly = meterTable({
  holder: 'power',
  id: 'power.kwh_monthly',
  title: 'monthly readings of electricity meters',
  letter: 'E',
  unit: 'kwh',
  fenPerUnit: 72,
  monthlyUse: ({ revenue, industry }) => (revenue * industry.kwh) / 100_000,
})

/** Water; restaurants and hotels draw four times as much for a head. */
export const waterMonthly = meterTable({
  holder: 'water',
  id: 'water.m3_monthly',
  title: 'monthly readings of water meters, cubic metres',
  letter: 'W',
  unit: 'm3',
  fenPerUnit: 420,
  monthlyUse: ({ heads, industry }) => heads * (industry.section === 'H' ? 12 : 3),
})

/** Gas, which a third of the firms have. */
export const gasMonthly = meterTable({
  holder: 'gas',
  id: 'gas.m3_monthly',
  title: 'monthly readings of gas meters, cubic metres',
  letter: 'N',
  unit: 'm3',
  fenPerUnit: 380,
  monthlyUse: ({ heads, industry }) => heads * (industry.section === 'H' ? 90 : 20),
})

/**
 * Readings by meter, not by firm: 15 % of the firms have two or three, so a join on uscc repeats
 * them, and two readings of a thousand were sent twice.
 */
function meterTable(utility: Utility): Table {
  return {
    id: utility.id,
    holder: utility.holder,
    title: utility.title,
    columns: [
      text('meter_id', 2),
      text('uscc', 1),
      int64('ym', 1),
      int64(utility.unit, 3, true),
      int64('arrears_fen', 3),
    ],
    open: (spec) => openReadings(spec, utility),
  }
}

function openReadings(spec: CitySpec, utility: Utility): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, utility.holder)
  const meters = new Draws(spec.seed, spec.city, `${utility.id}.meters`)
  const readings = new Draws(spec.seed, spec.city, utility.id)
  const prefix = `${utility.letter}${CITIES[spec.city].code4}`
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null) return
    const ticket = meters.at(firm.index).below(100)
    const shares = METER_SHARES[ticket < 85 ? 0 : ticket < 96 ? 1 : 2]
    const number = String(firm.index).padStart(6, '0')
    const ids = shares.map((_, meter) => `${prefix}${number}${meter + 1}`)
    const average = utility.monthlyUse(firm)
    const last = Math.min(spec.months - 1, firm.lastMonth)
    for (let month = firm.firstMonth; month <= last; month++) {
      readings.at(firm.index, month)
      const use = useIn(firm, month, average, readings)
      for (const [meter, share] of shares.entries()) {
        pushReading(
          rows,
          [ids[meter] ?? '', key, ymOf(month)],
          (use * share) / 100,
          utility,
          readings,
        )
      }
    }
  }
}

function useIn(firm: Firm, month: number, average: number, draws: Draws): number {
  const drift = exponential((firm.growth * month) / 12 + 0.15 * draws.normal())
  return (average * drift * seasonOf(month)) / 1000
}

function pushReading(rows: Row[], head: Row, use: number, { fenPerUnit }: Utility, draws: Draws) {
  const units = Math.round(use)
  const isUnpaid = draws.chance(0.01)
  const isMissed = draws.chance(MISSED_READING)
  const row = [...head, isMissed ? null : units, isUnpaid ? units * fenPerUnit : 0]
  rows.push(row)
  if (draws.chance(TWICE_SENT)) rows.push(row)
}
