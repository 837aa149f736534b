import { dayOfMonth } from './calendar.ts'
import type { CitySpec } from './city-spec.ts'
import { CITIES, type CityId, type Division } from './divisions.ts'
import { Draws } from './draws.ts'
import { exponential, logarithm } from './elementary.ts'
import { type HoldingGroup, openHoldingGroups } from './holding-groups.ts'
import { INDUSTRIES, type Industry } from './industries.ts'
import { composeUscc, spoilUscc } from './uscc.ts'

/** Legal form; 个体 is a natural person in trade and no enterprise. */
export type EntityType = '有限责任' | '股份' | '个人独资' | '合伙' | '个体'
/** In business, listed as abnormal, licence revoked, struck off. */
export type FirmStatus = '存续' | '异常' | '吊销' | '注销'

/**
 * One enterprise as the model knows it. Nothing here is a row: `risk`, `growth` and `revenue` are
 * latent and stand in no table, the rest reaches the tables through the holders that know the firm.
 */
export interface Firm {
  /** 1-based; the address of every draw about the firm. */
  readonly index: number
  readonly uscc: string
  readonly entityType: EntityType
  readonly industry: Industry
  readonly industry4: string
  readonly division: Division
  readonly groupId: string | null
  /** True for the one firm of each district that pays most of its tax. */
  readonly isDominant: boolean
  readonly status: FirmStatus
  /** Day of establishment, counted from month 0. */
  readonly establishedDay: number
  /** First month with rows; 0 for firms older than the window. */
  readonly firstMonth: number
  /** Last month with rows; Infinity for a firm that is still at work. */
  readonly lastMonth: number
  /** Standard normal, shifted by section and age; higher is worse. */
  readonly risk: number
  /** Change of ln(revenue) in a year. */
  readonly growth: number
  /** Heads in month 0. */
  readonly heads: number
  /** Fen of sales in an average month of the first year. */
  readonly revenue: number
}

/** Months after which a firm's age is counted back: the end of 2025. */
const REFERENCE_MONTH = 24
const SPOILED_CODES = 0.005
/** Firms whose size is drawn from the wide part of the mixture: where the large ones come from. */
const WIDELY_SPREAD = 0.06
const DOMINANT_HEADS = 1200
/** Yuan of yearly revenue of a dominant firm for each weight point of its district. */
const DOMINANT_REVENUE = 6e8

/** Derives firms by index. Streams are prepared once; every call is independent of the others. */
export function openFirms(spec: CitySpec): (index: number) => Firm {
  const draws = new Draws(spec.seed, spec.city, 'firm')
  const shared = new Draws(spec.seed, spec.city, 'holding-group.place')
  const groupOf = openHoldingGroups(spec)
  return (index) => {
    const dominated = CITIES[spec.city].divisions[index - 1]
    const group = dominated === undefined ? groupOf(index) : null
    const place = placeOf(spec.city, group === null ? draws.at(index) : shared.at(group.block))
    draws.at(index, 1)
    return dominated === undefined
      ? ordinaryFirm(index, place, group, draws)
      : dominantFirm(index, dominated, draws)
  }
}

/** True when the firm has rows for the month. */
export function isAtWork(firm: Firm, month: number): boolean {
  return month >= firm.firstMonth && month <= firm.lastMonth
}

/** Heads at the end of a month, as the firm declares them: at least one. */
export function headsAt(firm: Firm, month: number): number {
  return Math.max(1, Math.round(firm.heads * exponential((firm.growth * month) / 24)))
}

interface Place {
  readonly industry: Industry
  readonly division: Division
}

function placeOf(city: CityId, draws: Draws): Place {
  const industry = draws.pickWeighted(INDUSTRIES, ({ share }) => share[city])
  const division = draws.pickWeighted(CITIES[city].divisions, ({ weight }) => weight)
  return { industry, division }
}

function ordinaryFirm(
  index: number,
  { industry, division }: Place,
  group: HoldingGroup | null,
  draws: Draws,
): Firm {
  const entityType = entityTypeOf(industry, group !== null, draws)
  const years = Math.min(30, Math.max(0.2, -6.5 * logarithm(draws.uniform())))
  const risk = draws.normal() + industry.risk - 0.25 * logarithm(years / 5)
  const heads = headsOf(industry, entityType, years, draws)
  const lnRevenue = industry.lnRevenue + 0.95 * logarithm(heads) + 0.75 * draws.normal()
  return {
    ...identityOf(index, entityType, division, draws),
    ...lifeOf(years, draws),
    industry,
    industry4: draws.pick(industry.classes),
    groupId: group?.id ?? null,
    isDominant: false,
    risk,
    growth: -0.03 - 0.09 * risk + 0.12 * draws.normal(),
    heads,
    revenue: exponential(lnRevenue - 0.18 * risk) * (100 / 12),
  }
}

/** Manufacturing or energy by turns: large, sound and never absent. */
function dominantFirm(index: number, division: Division, draws: Draws): Firm {
  const industry = INDUSTRIES.find(({ section }) => section === (index % 3 === 0 ? 'D' : 'C'))
  if (industry === undefined) throw new RangeError('industries: a dominant section is missing')
  return {
    ...identityOf(index, '股份', division, draws),
    status: '存续',
    establishedDay: dayOfMonth(REFERENCE_MONTH) - 365 * 20,
    firstMonth: 0,
    lastMonth: Infinity,
    industry,
    industry4: industry.classes[0],
    groupId: null,
    isDominant: true,
    risk: -1,
    growth: 0.02,
    heads: DOMINANT_HEADS + draws.below(DOMINANT_HEADS),
    revenue: division.weight * DOMINANT_REVENUE * (100 / 12),
  }
}

function identityOf(index: number, entityType: EntityType, division: Division, draws: Draws) {
  const category = entityType === '个体' ? '2' : '1'
  const body8 = `XX${String(index).padStart(6, '0')}`
  const right = composeUscc({ registrar: '9', category, division6: division.code, body8 })
  const uscc = draws.chance(SPOILED_CODES) ? spoilUscc(right) : right
  return { index, uscc, entityType, division }
}

function entityTypeOf(industry: Industry, isGrouped: boolean, draws: Draws): EntityType {
  const ticket = draws.below(1000)
  const kind = draws.below(100)
  if (!isGrouped && ticket < industry.traders) return '个体'
  if (isGrouped || kind < 84) return '有限责任'
  if (kind < 88) return '股份'
  return kind < 95 ? '个人独资' : '合伙'
}

function headsOf(industry: Industry, type: EntityType, years: number, draws: Draws): number {
  const spread = (draws.chance(WIDELY_SPREAD) ? 1.9 : 1.05) * draws.normal()
  const ln = industry.lnHeads + spread + 0.12 * logarithm(years)
  const heads = Math.max(1, Math.round(exponential(ln)))
  return type === '个体' ? Math.min(heads, 7) : heads
}

function lifeOf(years: number, draws: Draws) {
  const ageMonths = Math.floor(years * 12)
  const day = draws.below(28)
  const begin = REFERENCE_MONTH - 1 - ageMonths
  const ticket = draws.below(1000)
  const closing = Math.max(begin + 1, draws.below(REFERENCE_MONTH))
  return {
    establishedDay: dayOfMonth(begin) + day,
    firstMonth: Math.max(0, begin),
    ...endOf(ticket, closing),
  }
}

/** Two in a hundred licences revoked, three cancelled, three listed as abnormal (经营异常). */
function endOf(ticket: number, closing: number): { status: FirmStatus; lastMonth: number } {
  if (ticket < 20) return { status: '吊销', lastMonth: closing }
  if (ticket < 50) return { status: '注销', lastMonth: closing }
  return { status: ticket < 80 ? '异常' : '存续', lastMonth: Infinity }
}
