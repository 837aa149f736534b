/** Month 0 of every city. */
const FIRST_YEAR = 2024
const DAY_MS = 86_400_000
const DAY_OF_MONTH_0 = Date.UTC(FIRST_YEAR, 0, 1) / DAY_MS

/** Sales of each calendar month in a thousand of an average one: the Spring Festival dip, the year's end. */
const SEASON = [930, 760, 980, 990, 1010, 1030, 1000, 990, 1040, 1050, 1080, 1140] as const

/** The month's name as an integer, `202401` for month 0. */
export function ymOf(month: number): number {
  return yearOf(month) * 100 + (month % 12) + 1
}

/** The calendar year of a month, `2024` for month 0. */
export function yearOf(month: number): number {
  return FIRST_YEAR + Math.floor(month / 12)
}

/** `YYYY-MM-DD` of a day counted from the first day of month 0 (negative before it). */
export function dateOf(day: number): string {
  return new Date((DAY_OF_MONTH_0 + day) * DAY_MS).toISOString().slice(0, 10)
}

/** Days from the first day of month 0 to the first day of a month. */
export function dayOfMonth(month: number): number {
  return Date.UTC(FIRST_YEAR, month, 1) / DAY_MS - DAY_OF_MONTH_0
}

/** The month's sales in a thousand of an average month's. */
export function seasonOf(month: number): number {
  return SEASON[month % 12] ?? 1000
}
