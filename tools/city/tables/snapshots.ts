import type { CitySpec } from '../city-spec.ts'
import { type Firm, headsAt, isAtWork } from '../firm.ts'
import { openHolderKeys } from '../holder-keys.ts'
import { sizeBandOf } from '../size-band.ts'
import { openSocialLedger } from '../social-ledger.ts'
import { type Column, int64, type Row, type Table, text } from '../table.ts'
import { effectiveFiling, openTaxLedger } from '../tax-ledger.ts'

/**
 * What the tax bureau publishes to its connector for the last full calendar year of the window:
 * one row for each enterprise at work at the year's end. Traders are left out, being natural
 * persons. `tax12_fen` is the year's VAT and both income taxes by the filings that count.
 */
export const taxEnterpriseYear: Table = {
  id: 'tax.enterprise_year',
  holder: 'tax',
  title: 'enterprises by year, tax',
  columns: [
    ...leadingColumns(),
    text('industry4', 1),
    text('division6', 1),
    text('district_kind', 1),
    text('size_band', 1),
    int64('tax12_fen', 3),
    int64('arrears', 3),
    text('grade', 2),
    int64('heads', 2),
  ],
  open: openTaxYear,
}

/** The same of the social insurance bureau; `insured_months` counts persons times months. */
export const socialEnterpriseYear: Table = {
  id: 'hrss.enterprise_year',
  holder: 'hrss',
  title: 'enterprises by year, social insurance',
  columns: [
    ...leadingColumns(),
    text('division6', 1),
    text('district_kind', 1),
    text('size_band', 1),
    int64('heads', 2),
    int64('insured_months', 3),
    int64('paid12_fen', 3),
    int64('arrears_months', 3),
  ],
  open: openSocialYear,
}

function leadingColumns(): readonly Column[] {
  return [text('uscc', 1), text('group_id', 1, true), text('section', 1)]
}

function openTaxYear(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'tax')
  const { filingsOf, arrearsOf, gradeOf } = openTaxLedger(spec)
  const year = lastFullYear(spec)
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null || !isPublished(firm, year)) return
    const heads = headsAt(firm, year * 12 + 11)
    const tax12 = filingsOf(firm, year * 12, year * 12 + 12)
      .map(effectiveFiling)
      .reduce((sum, { vatFen, citFen, iitFen }) => sum + vatFen + citFen + iitFen, 0)
    const { industry, industry4, division, groupId } = firm
    rows.push([
      key,
      groupId,
      industry.section,
      industry4,
      division.code,
      division.kind,
      sizeBandOf(industry4, heads),
      tax12,
      arrearsOf(firm, year) === null ? 0 : 1,
      gradeOf(firm, year),
      heads,
    ])
  }
}

function openSocialYear(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const keyOf = openHolderKeys(spec, 'hrss')
  const { monthsOf } = openSocialLedger(spec)
  const year = lastFullYear(spec)
  return (firm, rows) => {
    const key = keyOf(firm)
    if (key === null || !isPublished(firm, year)) return
    const heads = headsAt(firm, year * 12 + 11)
    const months = monthsOf(firm, year * 12, year * 12 + 12)
    rows.push([
      key,
      firm.groupId,
      firm.industry.section,
      firm.division.code,
      firm.division.kind,
      sizeBandOf(firm.industry4, heads),
      heads,
      months.reduce((sum, { insured }) => sum + insured, 0),
      months.reduce((sum, { paidFen }) => sum + paidFen, 0),
      months.filter(({ isInArrears }) => isInArrears).length,
    ])
  }
}

/** Years count from month 0; −1 before the first year is full, when nothing is published. */
function lastFullYear({ months }: CitySpec): number {
  return Math.floor(months / 12) - 1
}

function isPublished(firm: Firm, year: number): boolean {
  return year >= 0 && firm.entityType !== '个体' && isAtWork(firm, year * 12 + 11)
}
