import type { CitySpec } from './city-spec.ts'
import { CITIES } from './divisions.ts'
import { Draws } from './draws.ts'
import type { EntityType, Firm } from './firm.ts'

const FIRST = [...'泉岱鲁齐汇恒盛嘉宏瑞海蓝云润兴安德诚信和'] as const
const SECOND = [...'源达泰丰隆通利祥顺华昌明远博腾康鑫辉'] as const
/** Brands that break careless code: outside the basic plane, full-width, composed, quoted. */
const RARE = ['𠮷祥', '䶮泰', '㵘川', 'ＡＢＣ', '①品', '“泉”印象', 'Café泉', 'A,B'] as const
const SUFFIX: Readonly<Record<EntityType, string>> = {
  有限责任: '有限公司',
  股份: '股份有限公司',
  个人独资: '经营部',
  合伙: '中心（有限合伙）',
  个体: '店',
}

/** The ways in which another office writes a registered name. */
const VARIANTS: readonly [(name: string) => string, ...((name: string) => string)[]] = [
  (name) => name.replaceAll('（', '(').replaceAll('）', ')'),
  (name) => `${name}\u3000`,
  (name) => name.replace(/(?<!股份)有限公司$/, '有限责任公司'),
  (name) => name.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  (name) => ` ${name}`,
]

/**
 * Derives registered names. Each carries 试验 (trial) and the firm's number, so that none can be
 * the name of a real enterprise.
 */
export function openFirmNames(spec: CitySpec): (firm: Firm) => string {
  const draws = new Draws(spec.seed, spec.city, 'name')
  const { zh } = CITIES[spec.city]
  return ({ index, industry, entityType }) => {
    draws.at(index)
    const isRare = draws.chance(0.01)
    const brand = isRare ? draws.pick(RARE) : `${charOf(FIRST, draws)}${charOf(SECOND, draws)}`
    const number = String(index).padStart(6, '0')
    return `${zh}试验${brand}${industry.noun}（${number}）${SUFFIX[entityType]}`
  }
}

/** The name as another office may have written it: two times in five not as registered. */
export function variantOf(name: string, draws: Draws): string {
  const isVariant = draws.chance(0.4)
  const write = draws.pick(VARIANTS)
  return isVariant ? write(name) : name
}

function charOf(chars: readonly string[], draws: Draws): string {
  return chars[draws.below(chars.length)] ?? ''
}
