import { dateOf, dayOfMonth, yearOf, ymOf } from '../calendar.ts'
import type { CitySpec } from '../city-spec.ts'
import { Draws } from '../draws.ts'
import { exponential, logarithm } from '../elementary.ts'
import type { Firm } from '../firm.ts'
import { openFirmNames, variantOf } from '../firm-names.ts'
import { date, int64, type Row, type Table, text } from '../table.ts'

const MOST_EVENTS = 9
const DEPARTMENTS = ['市场监管', '生态环境', '应急管理', '税务', '消防', '城管'] as const
const INVENTIVE = new Set(['C', 'D', 'I', 'M'])
const TRADING = new Set(['C', 'F', 'G'])

/** Enforcement cases (执行案件); `closed` is null while a case is open. */
export const enforcement: Table = {
  id: 'court.enforcement',
  holder: 'court',
  title: 'enforcement cases',
  columns: [
    text('case_no', 2),
    text('uscc', 1),
    date('filed', 2),
    int64('amount_fen', 3),
    date('closed', 2, true),
    int64('dishonest', 2),
  ],
  open: (spec) => eventsOf(spec, 'court.enforcement', enforcementRate, enforcementRow),
}

/** Administrative penalties (行政处罚); severity 1 to 3. */
export const penalty: Table = {
  id: 'agencies.penalty',
  holder: 'agencies',
  title: 'administrative penalties',
  columns: [
    text('uscc', 1),
    text('dept', 1),
    date('date', 1),
    int64('amount_fen', 2),
    int64('severity', 2),
  ],
  open: (spec) => eventsOf(spec, 'agencies.penalty', penaltyRate, penaltyRow),
}

/** Granted patents. */
export const patent: Table = {
  id: 'ip.patent',
  holder: 'ip',
  title: 'granted patents',
  columns: [text('patent_no', 1), text('uscc', 1), text('kind', 1), date('granted', 1)],
  open: (spec) => eventsOf(spec, 'ip.patent', patentRate, patentRow),
}

/** Public contracts; the supplier's name is written as the buyer wrote it. */
export const procurement: Table = {
  id: 'finance.procurement',
  holder: 'finance',
  title: 'public procurement contracts',
  columns: [
    text('contract_no', 1),
    text('uscc', 1),
    text('supplier_name', 1),
    date('signed', 1),
    int64('amount_fen', 2),
  ],
  open: openProcurement,
}

/** Customs declarations summed by month of declaration. */
export const customs: Table = {
  id: 'customs.declaration',
  holder: 'customs',
  title: 'customs declarations',
  columns: [
    text('declaration_no', 2),
    text('uscc', 1),
    int64('ym', 1),
    int64('import_fen', 3),
    int64('export_fen', 3),
  ],
  open: (spec) => eventsOf(spec, 'customs.declaration', customsRate, customsRow),
}

/** Where and when an event stands: `serial` is unique within the table, `day` within its month. */
interface Event {
  readonly firm: Firm
  readonly serial: string
  readonly month: number
  readonly day: number
}
type RateOf = (firm: Firm) => number
type RowOf = (event: Event, draws: Draws) => Row

/**
 * Draws the events of each calendar year by themselves, so that a longer window only adds rows.
 * A firm that was struck off may still be sued or fined.
 */
function eventsOf(spec: CitySpec, stream: string, rateOf: RateOf, rowOf: RowOf) {
  const draws = new Draws(spec.seed, spec.city, stream)
  return (firm: Firm, rows: Row[]) => {
    const rate = firm.isDominant ? 0 : rateOf(firm)
    if (rate === 0) return
    for (let year = 0; year * 12 < spec.months; year++) {
      const count = draws.at(firm.index, year).poisson(rate / 2, MOST_EVENTS)
      for (let number = 0; number < count; number++) {
        const event = eventAt(firm, year, number, draws)
        const row = rowOf(event, draws)
        if (event.month < spec.months && event.month >= firm.firstMonth) rows.push(row)
      }
    }
  }
}

function eventAt(firm: Firm, year: number, number: number, draws: Draws): Event {
  const serial = `${String(firm.index).padStart(6, '0')}${number}`
  return { firm, serial, month: year * 12 + draws.below(12), day: draws.below(28) }
}

function openProcurement(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const nameOf = openFirmNames(spec)
  return eventsOf(spec, 'finance.procurement', procurementRate, (event, draws) => {
    const name = variantOf(nameOf(event.firm), draws)
    const amount = amountFen(12.5, 1.4, draws)
    return [
      `ZFCG-${yearOf(event.month)}-${event.serial}`,
      event.firm.uscc,
      name,
      dayOf(event),
      amount,
    ]
  })
}

/** Expected events in two years, each a function of latent risk and size. */
function enforcementRate(firm: Firm): number {
  return Math.min(2, exponential(1.15 * firm.risk - 4.3))
}

function penaltyRate(firm: Firm): number {
  return Math.min(2, exponential(0.5 * firm.risk + 0.12 * logarithm(firm.heads) - 3.2))
}

function patentRate({ industry, heads }: Firm): number {
  return INVENTIVE.has(industry.section) ? Math.min(6, 0.02 * heads) : 0
}

function procurementRate({ entityType, heads }: Firm): number {
  return entityType === '个体' ? 0 : Math.min(3, 0.01 * heads)
}

function customsRate({ industry, heads }: Firm): number {
  return TRADING.has(industry.section) ? Math.min(5, 0.02 * heads) : 0
}

function enforcementRow(event: Event, draws: Draws): Row {
  const { firm, serial, month, day } = event
  const court = `鲁${firm.division.code.slice(2)}`
  const lasts = 30 + draws.below(600)
  const isClosed = draws.chance(0.6)
  const closed = isClosed ? dateOf(dayOfMonth(month) + day + lasts) : null
  const caseNo = `（${yearOf(month)}）${court}执${serial}号`
  const isDishonest = draws.chance(isClosed ? 0.05 : 0.4)
  return [caseNo, firm.uscc, dayOf(event), amountFen(11.5, 1.6, draws), closed, isDishonest ? 1 : 0]
}

function penaltyRow(event: Event, draws: Draws): Row {
  const severity = 1 + draws.poisson(0.3, 2)
  return [
    event.firm.uscc,
    draws.pick(DEPARTMENTS),
    dayOf(event),
    amountFen(8, 1.4, draws),
    severity,
  ]
}

function patentRow(event: Event, draws: Draws): Row {
  const kind = draws.pick(['发明', '实用新型', '实用新型', '外观设计'])
  return [`ZL${yearOf(event.month)}${event.serial}`, event.firm.uscc, kind, dayOf(event)]
}

function customsRow(event: Event, draws: Draws): Row {
  const total = amountFen(12.5, 1.3, draws)
  const imports = draws.chance(0.4) ? total : 0
  const number = `4200${yearOf(event.month)}${event.serial}`
  return [number, event.firm.uscc, ymOf(event.month), imports, total - imports]
}

function dayOf({ month, day }: Event): string {
  return dateOf(dayOfMonth(month) + day)
}

/** Fen, log-normal around e^ln yuan. */
function amountFen(ln: number, spread: number, draws: Draws): number {
  return Math.round(exponential(ln + spread * draws.normal()) * 100)
}
