/** Micro, small, medium, large (微型, 小型, 中型, 大型). */
export type SizeBand = 'micro' | 'small' | 'medium' | 'large'

/** Least heads of a small, a medium and a large firm. */
type Thresholds = readonly [number, number, number]

const OTHERS: Thresholds = [10, 100, 300]

/** By the first digits of the industry class; the rest of the table is `OTHERS`. */
const BY_PREFIX: Readonly<Record<string, Thresholds>> = {
  51: [5, 20, 200],
  52: [10, 50, 300],
  59: [20, 100, 200],
  63: [10, 100, 2000],
  64: [10, 100, 2000],
  702: [100, 300, 1000],
}
const MANUFACTURING_AND_TRANSPORT: Thresholds = [20, 300, 1000]

/**
 * The size band of a firm by its heads alone, after the thresholds of 统计上大中小微型企业划分办法
 * (2017). The measure joins heads with revenue and sizes a few sections by revenue or assets only:
 * a firm of those counts here under the row "others".
 */
export function sizeBandOf(industry4: string, heads: number): SizeBand {
  const [small, medium, large] = thresholdsOf(industry4)
  if (heads >= large) return 'large'
  if (heads >= medium) return 'medium'
  return heads >= small ? 'small' : 'micro'
}

function thresholdsOf(industry4: string): Thresholds {
  const group = industry4.slice(0, 2)
  const listed = BY_PREFIX[industry4.slice(0, 3)] ?? BY_PREFIX[group]
  if (listed !== undefined) return listed
  const isIndustry = group >= '06' && group <= '46'
  const isTransport = group >= '53' && group <= '60'
  return isIndustry || isTransport ? MANUFACTURING_AND_TRANSPORT : OTHERS
}
