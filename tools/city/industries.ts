import type { CityId } from './divisions.ts'

/** Sections of GB/T 4754-2017 that the city has firms in (门类). */
export type Section =
  | 'A'
  | 'C'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'K'
  | 'L'
  | 'M'
  | 'O'
  | 'P'
  | 'Q'
  | 'R'

/** What the model knows about a section. The shapes are judgements, the codes are GB/T 4754-2017. */
export interface Industry {
  readonly section: Section
  /** Firms of this section among 1,000 firms of each city. */
  readonly share: Readonly<Record<CityId, number>>
  /** A few four-digit classes (小类) of the section. */
  readonly classes: readonly [string, ...string[]]
  /** Mean of ln(heads) for a firm five years old. */
  readonly lnHeads: number
  /** Mean of ln(yearly revenue in yuan) for one head. */
  readonly lnRevenue: number
  /** Value added in a thousand of revenue. */
  readonly valueAdded: number
  /** Kilowatt-hours for 1,000 yuan of revenue. */
  readonly kwh: number
  /** Added to the latent risk of the section's firms. */
  readonly risk: number
  /** Individual traders (个体工商户) among 1,000 of the section. */
  readonly traders: number
  /** The word for the trade in a firm's name. */
  readonly noun: string
}

type Shares = readonly [number, number, number]
type Model = readonly [number, number, number, number, number, number]

/** One row per section: shares of Jinan, Qingdao, Binzhou; classes; model; noun. */
export const INDUSTRIES: readonly Industry[] = [
  row('A', [15, 15, 50], ['0111', '0141', '0313', '0412'], [1.3, 12.4, 300, 7, 0.1, 150], '农业'),
  row(
    'C',
    [110, 140, 180],
    ['1311', '2614', '3130', '3311', '3670'],
    [2, 13.2, 240, 22, 0, 20],
    '制造',
  ),
  row('D', [4, 4, 6], ['4411', '4430'], [2.6, 13.6, 350, 15, -0.2, 0], '能源'),
  row(
    'E',
    [115, 105, 115],
    ['4710', '4812', '4910', '5011'],
    [1.7, 13.3, 220, 3, 0.25, 10],
    '建筑',
  ),
  row(
    'F',
    [300, 305, 310],
    ['5121', '5131', '5164', '5165', '5176', '5211', '5213', '5231', '5251', '5292'],
    [1.25, 13.4, 100, 4, 0.1, 180],
    '商贸',
  ),
  row('G', [50, 80, 65], ['5431', '5990', '6020'], [1.5, 13, 280, 6, 0.15, 150], '物流'),
  row('H', [50, 55, 50], ['6110', '6210', '6220'], [1.9, 12, 400, 18, 0.35, 350], '餐饮'),
  row('I', [85, 60, 30], ['6421', '6513', '6531'], [1.3, 13, 450, 5, -0.1, 10], '科技'),
  row('K', [30, 30, 25], ['7010', '7020', '7030'], [1.6, 13.4, 400, 6, 0.2, 10], '置业'),
  row('L', [95, 90, 70], ['7111', '7251', '7263'], [1.1, 12.9, 420, 4, 0, 30], '商务'),
  row('M', [85, 65, 45], ['7320', '7452', '7481'], [1.1, 12.9, 450, 4, -0.15, 10], '技术'),
  row('O', [36, 30, 35], ['8010', '8040', '8111'], [1.1, 12.1, 450, 9, 0.1, 400], '服务'),
  row('P', [8, 7, 7], ['8391'], [1.9, 12.1, 500, 5, 0, 20], '教育'),
  row('Q', [7, 5, 5], ['8425'], [1.9, 12.4, 450, 8, -0.1, 20], '医疗'),
  row('R', [10, 9, 7], ['9011'], [1.2, 12.3, 450, 8, 0.1, 200], '文化'),
]

function row(
  section: Section,
  [jinan, qingdao, binzhou]: Shares,
  classes: readonly [string, ...string[]],
  [lnHeads, lnRevenue, valueAdded, kwh, risk, traders]: Model,
  noun: string,
): Industry {
  const share = { jinan, qingdao, binzhou }
  return { section, share, classes, lnHeads, lnRevenue, valueAdded, kwh, risk, traders, noun }
}
