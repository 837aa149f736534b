import { yearOf, ymOf } from '../calendar.ts'
import type { CitySpec } from '../city-spec.ts'
import { type Firm, isAtWork } from '../firm.ts'
import { openHolderKeys } from '../holder-keys.ts'
import { int64, type Row, type Table, text } from '../table.ts'
import { type Filing, openTaxLedger } from '../tax-ledger.ts'

/**
 * Monthly filings. (uscc, ym) is not a key: a late correction is a second row, and of two rows the
 * one with the larger `late_days` counts.
 */
export const taxMonthly: Table = {
  id: 'tax.tax_monthly',
  holder: 'tax',
  title: 'monthly tax filings with late corrections',
  columns: [
    text('uscc', 1),
    int64('ym', 1),
    int64('sales_fen', 3, true),
    int64('vat_fen', 3),
    int64('cit_fen', 3),
    int64('iit_fen', 3),
    int64('zero_filing', 3),
    int64('late_days', 3),
  ],
  open: openTaxMonthly,
}

/** Tax credit grades (纳税信用等级) A, B, M, C, D, one per full calendar year of the window. */
export const taxGrade: Table = {
  id: 'tax.grade',
  holder: 'tax',
  title: 'yearly tax credit grades',
  columns: [text('uscc', 1), int64('year', 1), text('grade', 2)],
  open: openTaxGrade,
}

/** Months with unpaid tax; a month without a row has none. */
export const taxArrears: Table = {
  id: 'tax.arrears',
  holder: 'tax',
  title: 'months with unpaid tax',
  columns: [text('uscc', 1), int64('ym', 1), int64('amount_fen', 3)],
  open: openTaxArrears,
}

function openTaxMonthly(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'tax')
  const { filingsOf } = openTaxLedger(spec)
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null) return
    for (const { original, correction } of filingsOf(firm, 0, spec.months)) {
      rows.push(filingRow(key, original))
      if (correction !== null) rows.push(filingRow(key, correction))
    }
  }
}

function filingRow(key: string, filing: Filing): Row {
  const { month, salesFen, vatFen, citFen, iitFen, isZero, lateDays } = filing
  return [key, ymOf(month), salesFen, vatFen, citFen, iitFen, isZero ? 1 : 0, lateDays]
}

function openTaxGrade(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'tax')
  const { gradeOf } = openTaxLedger(spec)
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null || firm.entityType === '个体') return
    for (let year = 0; year < Math.floor(spec.months / 12); year++) {
      const december = year * 12 + 11
      if (isAtWork(firm, december)) rows.push([key, yearOf(december), gradeOf(firm, year)])
    }
  }
}

function openTaxArrears(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'tax')
  const { arrearsOf } = openTaxLedger(spec)
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null) return
    for (let year = 0; year * 12 < spec.months; year++) {
      const spell = arrearsOf(firm, year)
      for (let place = 0; place < (spell?.months ?? 0); place++) {
        const month = (spell?.firstMonth ?? 0) + place
        if (month < spec.months) rows.push([key, ymOf(month), spell?.amountFen ?? 0])
      }
    }
  }
}
