import { ymOf } from '../calendar.ts'
import type { CitySpec } from '../city-spec.ts'
import { Draws } from '../draws.ts'
import type { Firm } from '../firm.ts'
import { openHolderKeys } from '../holder-keys.ts'
import { insuredIn, openSocialLedger } from '../social-ledger.ts'
import { int64, type Row, type Table, text } from '../table.ts'

/** Social insurance by month; about natural persons in sum, so the counts stand at level 3. */
export const socialMonthly: Table = {
  id: 'hrss.social_monthly',
  holder: 'hrss',
  title: 'monthly social insurance',
  columns: [
    text('uscc', 1),
    int64('ym', 1),
    int64('insured', 3),
    int64('base_fen', 4, true),
    int64('paid_fen', 3),
    int64('arrears', 3),
  ],
  open: openSocialMonthly,
}

/** Housing provident fund by month, for the firms that keep one. */
export const fundMonthly: Table = {
  id: 'hpf.fund_monthly',
  holder: 'hpf',
  title: 'monthly housing provident fund deposits',
  columns: [
    text('uscc', 1),
    int64('ym', 1),
    int64('persons', 3),
    int64('deposit_fen', 4),
    text('status', 3),
  ],
  open: openFundMonthly,
}

function openSocialMonthly(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'hrss')
  const { monthsOf } = openSocialLedger(spec)
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null) return
    for (const { month, insured, baseFen, paidFen, isInArrears } of monthsOf(
      firm,
      0,
      spec.months,
    )) {
      rows.push([key, ymOf(month), insured, baseFen, paidFen, isInArrears ? 1 : 0])
    }
  }
}

function openFundMonthly(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'hpf')
  const draws = new Draws(spec.seed, spec.city, 'hpf.fund_monthly')
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null || firm.entityType === '个体') return
    const perPerson = 40_000 + 1_000 * draws.at(firm.index).below(160)
    const last = Math.min(spec.months - 1, firm.lastMonth)
    for (let month = firm.firstMonth; month <= last; month++) {
      const persons = Math.ceil(insuredIn(firm, month) * 0.8)
      const isBehind = draws.at(firm.index, month).chance(0.02)
      const deposit = isBehind ? 0 : persons * perPerson
      rows.push([key, ymOf(month), persons, deposit, isBehind ? '欠缴' : '正常'])
    }
  }
}
