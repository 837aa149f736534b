import type { CitySpec } from './city-spec.ts'
import { Draws } from './draws.ts'

/** A natural person (自然人): level 4 wherever it stands. */
export interface Person {
  readonly name: string
  /** Shaped like an identity number (GB 11643) under a division code that was never assigned. */
  readonly idno: string
}

const SURNAMES = [...'王李张刘陈杨赵孙周徐马朱胡郭林何高罗郑于曹邵綦逄亓仉'] as const
const GIVEN = [...'伟芳娜敏静磊军洋勇艳杰涛明超霞平刚桂英华玉兰春泉岱鲁汶淄'] as const
/** Names that a careless reader breaks: outside the basic plane, long, with a middle dot. */
const RARE = ['𠮷田㛃', '䶮𣲘', '阿依古丽·买买提', '欧阳𬎆', '孛儿只斤·额尔德尼'] as const
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const ID_CHECKS = '10X98765432'
const UNASSIGNED_DIVISION = '379900'

/** Derives the legal representative of a firm by its index. */
export function openLegalRepresentatives(spec: CitySpec): (index: number) => Person {
  const draws = new Draws(spec.seed, spec.city, 'legal-representative')
  return (index) => {
    draws.at(index)
    const isRare = draws.chance(0.01)
    const name = isRare ? draws.pick(RARE) : commonName(draws)
    return { name, idno: idnoOf(draws) }
  }
}

function commonName(draws: Draws): string {
  const second = draws.chance(0.8) ? charOf(GIVEN, draws) : ''
  return `${charOf(SURNAMES, draws)}${charOf(GIVEN, draws)}${second}`
}

function charOf(chars: readonly string[], draws: Draws): string {
  return chars[draws.below(chars.length)] ?? ''
}

function idnoOf(draws: Draws): string {
  const birth = (1950 + draws.below(52)) * 10000 + (1 + draws.below(12)) * 100 + 1 + draws.below(28)
  const head = `${UNASSIGNED_DIVISION}${birth}${String(draws.below(1000)).padStart(3, '0')}`
  let sum = 0
  for (const [place, weight] of ID_WEIGHTS.entries()) sum += Number(head[place]) * weight
  return `${head}${ID_CHECKS.charAt(sum % 11)}`
}
