import { dateOf, dayOfMonth } from '../calendar.ts'
import type { CitySpec } from '../city-spec.ts'
import { Draws } from '../draws.ts'
import { exponential, logarithm, logistic } from '../elementary.ts'
import type { Firm } from '../firm.ts'
import { date, int64, type Row, type Table, text } from '../table.ts'

/** The bank's own loan book, its private side of a join; `default_date` is null for a loan that stands. */
export const loan: Table = {
  id: 'bank.loan',
  holder: 'bank',
  title: 'loan book of one bank',
  columns: [
    text('loan_id', 3),
    text('uscc', 1),
    date('granted', 3),
    int64('principal_fen', 3),
    int64('rate_bp', 3),
    date('maturity', 3),
    date('default_date', 3, true),
  ],
  open: openLoans,
}

const LOAN_DAYS = 365

function openLoans(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const draws = new Draws(spec.seed, spec.city, 'bank.loan')
  return (firm, rows) => {
    draws.at(firm.index)
    const hasLoan = draws.chance(Math.min(0.55, 0.12 + 0.05 * logarithm(firm.heads)))
    const month = draws.below(24)
    const isGranted = hasLoan && month >= firm.firstMonth && month <= firm.lastMonth
    if (!isGranted || month >= spec.months) return
    rows.push(loanRow(firm, dayOfMonth(month) + draws.below(28), draws))
  }
}

function loanRow(firm: Firm, granted: number, draws: Draws): Row {
  const yuan = firm.revenue * 0.12 * 0.08 * exponential(0.8 * draws.normal())
  const principal = Math.max(1, Math.round(yuan / 1000)) * 100_000
  const rate = 320 + draws.below(180) + Math.round(40 * Math.max(0, firm.risk))
  const failsAfter = 30 + draws.below(LOAN_DAYS - 30)
  const isFailing = draws.chance(firm.isDominant ? 0 : logistic(1.55 * firm.risk - 4.45))
  return [
    `L${String(firm.index).padStart(6, '0')}`,
    firm.uscc,
    dateOf(granted),
    principal,
    rate,
    dateOf(granted + LOAN_DAYS),
    isFailing ? dateOf(granted + failsAfter) : null,
  ]
}
