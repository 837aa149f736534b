import type { CitySpec } from './city-spec.ts'
import { Draws } from './draws.ts'
import { exponential, logistic } from './elementary.ts'
import type { Firm } from './firm.ts'

/** One firm's social insurance of one month. */
export interface InsuredMonth {
  readonly month: number
  readonly insured: number
  /** Contribution base of all insured together; null where the declaration is missing. */
  readonly baseFen: number | null
  /** Zero in a month in arrears. */
  readonly paidFen: number
  readonly isInArrears: boolean
}

/** What the social insurance bureau knows of a firm. */
export interface SocialLedger {
  /** Months from `from` up to but not including `until`, in order. */
  readonly monthsOf: (firm: Firm, from: number, until: number) => InsuredMonth[]
}

const LEAST_BASE_FEN = 442_000
/** Employer's and employee's contributions together, in a hundred of the base. */
const CONTRIBUTION_PERCENT = 36
const UNSTATED_BASE = 0.003

/** Prepares the streams of wages and months once. */
export function openSocialLedger(spec: CitySpec): SocialLedger {
  const wage = new Draws(spec.seed, spec.city, 'hrss.wage')
  const monthly = new Draws(spec.seed, spec.city, 'hrss.social')
  return { monthsOf: (firm, from, until) => monthsOf(firm, from, until, wage, monthly) }
}

/** Heads that are insured in a month: most, fewer where the risk is high. */
export function insuredIn(firm: Firm, month: number): number {
  const cover = Math.min(1, Math.max(0.3, 0.92 - 0.05 * firm.risk))
  return Math.round(firm.heads * cover * exponential((firm.growth * month) / 24))
}

function monthsOf(firm: Firm, from: number, until: number, wage: Draws, draws: Draws) {
  const months: InsuredMonth[] = []
  const wageFen = LEAST_BASE_FEN + wage.at(firm.index).below(700_000)
  const arrearsChance = firm.isDominant ? 0 : logistic(1.1 * firm.risk - 4.2)
  const first = Math.max(from, firm.firstMonth)
  for (let month = first; month < until && month <= firm.lastMonth; month++) {
    draws.at(firm.index, month)
    const isInArrears = draws.chance(arrearsChance)
    const insured = insuredIn(firm, month)
    const base = insured * (wageFen + draws.below(20_000))
    const paidFen = isInArrears ? 0 : Math.floor((base * CONTRIBUTION_PERCENT) / 100)
    const baseFen = draws.chance(UNSTATED_BASE) ? null : base
    months.push({ month, insured, baseFen, paidFen, isInArrears })
  }
  return months
}
