import type { LocalAmount, LocalCohort } from '#policies/disclosure/local-checks'

/** The summary of plain values, computed the slow and obvious way. */
export function summaryOf(values: readonly bigint[]): LocalAmount {
  const sorted = values.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return {
    sumOfSquares: total(values.map((x) => x * x)),
    minimum: sorted.at(-1) ?? 0n,
    maximum: sorted[0] ?? 0n,
    positive: concentrationOf(values.map((x) => (x > 0n ? x : 0n))),
    negative: concentrationOf(values.map((x) => (x < 0n ? -x : 0n))),
  }
}

/** A cohort with one amount and no flags. */
export function cohortOf(values: readonly bigint[]): LocalCohort {
  return { units: BigInt(values.length), amounts: [summaryOf(values)], flags: [] }
}

export function total(values: readonly bigint[]): bigint {
  return values.reduce((sum, x) => sum + x, 0n)
}

function concentrationOf(values: readonly bigint[]) {
  const [first = 0n, second = 0n] = values.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return { total: total(values), first, second }
}
