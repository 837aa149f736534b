import { seasonOf } from './calendar.ts'
import type { CitySpec } from './city-spec.ts'
import { Draws } from './draws.ts'
import { exponential, logarithm, logistic } from './elementary.ts'
import { type Firm, isAtWork } from './firm.ts'

/** 纳税信用等级, best first; M is where new firms begin. */
export type TaxGrade = 'A' | 'B' | 'M' | 'C' | 'D'

/** One filing; all amounts in fen. */
export interface Filing {
  readonly month: number
  /** Null where the declaration came in without it; the taxes stand all the same. */
  readonly salesFen: number | null
  readonly vatFen: number
  readonly citFen: number
  readonly iitFen: number
  readonly isZero: boolean
  readonly lateDays: number
}

/** A month's filing and, in eight of a thousand, the later one that replaces it. */
export interface FiledMonth {
  readonly original: Filing
  readonly correction: Filing | null
}

/** Consecutive months of one calendar year with unpaid tax. */
export interface ArrearsSpell {
  readonly firstMonth: number
  readonly months: number
  readonly amountFen: number
}

/** What the tax bureau knows of a firm; its monthly tables and its yearly one read this alike. */
export interface TaxLedger {
  /** Filings from month `from` up to but not including `until`, in order. */
  readonly filingsOf: (firm: Firm, from: number, until: number) => FiledMonth[]
  /** The spell of a year counted from month 0, or null. */
  readonly arrearsOf: (firm: Firm, year: number) => ArrearsSpell | null
  readonly gradeOf: (firm: Firm, year: number) => TaxGrade
}

const SMALL_SCALE_MONTHLY_FEN = 500_000_000 / 12
const CORRECTED = 0.008
const UNSTATED_SALES = 0.004
/** Upper ends of the grade score; above the last stands D. */
const GRADE_ENDS = [
  [-1.45, 'A'],
  [0.6, 'B'],
  [1.85, 'M'],
  [2.45, 'C'],
] as const satisfies readonly (readonly [number, TaxGrade])[]

/** Prepares the streams of filings, arrears and grades once. */
export function openTaxLedger(spec: CitySpec): TaxLedger {
  const filing = new Draws(spec.seed, spec.city, 'tax.filing')
  const arrears = new Draws(spec.seed, spec.city, 'tax.arrears')
  const grade = new Draws(spec.seed, spec.city, 'tax.grade')
  const arrearsOf = (firm: Firm, year: number) => spellOf(firm, year, arrears)
  return {
    filingsOf: (firm, from, until) => filingsOf(firm, from, until, filing),
    arrearsOf,
    gradeOf: (firm, year) => gradeOf(firm, year, arrearsOf(firm, year) !== null, grade),
  }
}

/** The filing that counts: the correction where there is one. */
export function effectiveFiling({ original, correction }: FiledMonth): Filing {
  return correction ?? original
}

function filingsOf(firm: Firm, from: number, until: number, draws: Draws): FiledMonth[] {
  const months: FiledMonth[] = []
  const zeroChance = logistic(0.9 * firm.risk - 0.35 * logarithm(firm.heads) - 3.1)
  const first = Math.max(from, firm.firstMonth)
  for (let month = first; month < until && month <= firm.lastMonth; month++) {
    draws.at(firm.index, month)
    const isZero = draws.chance(firm.isDominant ? 0 : zeroChance)
    months.push(filedMonth(firm, month, isZero, draws))
  }
  return months
}

function filedMonth(firm: Firm, month: number, isZero: boolean, draws: Draws): FiledMonth {
  const original = filingOf(firm, month, isZero, draws)
  const isUnstated = draws.chance(UNSTATED_SALES)
  const correction = !isZero && draws.chance(CORRECTED) ? corrected(original, draws) : null
  return { original: isUnstated ? { ...original, salesFen: null } : original, correction }
}

function filingOf(firm: Firm, month: number, isZero: boolean, draws: Draws): Filing {
  const drift = exponential((firm.growth * month) / 12 + 0.35 * draws.normal())
  const salesFen = isZero ? 0 : Math.round((firm.revenue * drift * seasonOf(month)) / 1000)
  const vatFen = Math.round(salesFen * vatRate(firm) * (0.7 + 0.6 * draws.uniform()))
  const isTrader = firm.entityType === '个体'
  const citFen = month % 3 === 2 && !isTrader ? quarterlyCit(firm, salesFen) : 0
  const perHead = Math.round(6000 * (0.5 + draws.uniform()))
  const iitFen = isTrader ? Math.round(salesFen / 200) : isZero ? 0 : firm.heads * perHead
  const isLate = draws.chance(0.05)
  const lateDays = isLate ? 1 + draws.below(30) : 0
  return { month, salesFen, vatFen, citFen, iitFen, isZero, lateDays }
}

function corrected(original: Filing, draws: Draws): Filing {
  const factor = 0.8 + 0.4 * draws.uniform()
  return {
    ...original,
    salesFen: Math.round((original.salesFen ?? 0) * factor),
    vatFen: Math.round(original.vatFen * factor),
    lateDays: 31 + draws.below(180),
  }
}

function vatRate(firm: Firm): number {
  return firm.revenue < SMALL_SCALE_MONTHLY_FEN ? 0.01 : 0.0000715 * firm.industry.valueAdded
}

function quarterlyCit(firm: Firm, salesFen: number): number {
  return Math.round(salesFen * 3 * Math.max(0, 0.012 - 0.006 * firm.risk))
}

function spellOf(firm: Firm, year: number, draws: Draws): ArrearsSpell | null {
  draws.at(firm.index, year)
  const isInArrears = draws.chance(logistic(0.8 * firm.risk - 2.38))
  const place = draws.below(12)
  const months = Math.min(1 + draws.below(4), 12 - place)
  const firstMonth = year * 12 + place
  if (!isInArrears || firm.isDominant || !isAtWork(firm, firstMonth)) return null
  const amountFen = 1000 + Math.round(firm.revenue * vatRate(firm) * (0.2 + 2 * draws.uniform()))
  return { firstMonth, months, amountFen }
}

/** New firms are M; the rest by risk, seen through noise, and by arrears of the year. */
function gradeOf(firm: Firm, year: number, isInArrears: boolean, draws: Draws): TaxGrade {
  const score = firm.risk + 0.5 * draws.at(firm.index, year).normal() + (isInArrears ? 0.5 : 0)
  if (firm.isDominant) return 'A'
  if (firm.firstMonth > year * 12) return 'M'
  return GRADE_ENDS.find(([end]) => score < end)?.[1] ?? 'D'
}
