import type { CitySpec } from './city-spec.ts'
import { CITIES } from './divisions.ts'
import { Draws } from './draws.ts'

/** Firms are dealt into blocks of this many consecutive indexes; a block has one group. */
const BLOCK = 64

export interface HoldingGroup {
  readonly id: string
  /** Number of the block, the address for draws that all members share. */
  readonly block: number
}

/**
 * Who belongs to a holding group (企业集团): two to six firms of each block, about 6 % of all.
 * The members of one group stand in one district and one section, so that a cell may hold several
 * firms of a single owner and still pass a plain threshold.
 */
export function openHoldingGroups(spec: CitySpec): (index: number) => HoldingGroup | null {
  const draws = new Draws(spec.seed, spec.city, 'holding-group')
  const { code4 } = CITIES[spec.city]
  return (index) => {
    const block = Math.floor(index / BLOCK)
    draws.at(block)
    const size = 2 + draws.below(5)
    const first = draws.below(BLOCK)
    const stride = 2 * draws.below(BLOCK / 2) + 1
    if (!isMember(index % BLOCK, first, stride, size)) return null
    return { id: `G${code4}${String(block).padStart(5, '0')}`, block }
  }
}

/** An odd stride visits different places of the block until it has visited all. */
function isMember(place: number, first: number, stride: number, size: number): boolean {
  for (let member = 0; member < size; member++) {
    if ((first + member * stride) % BLOCK === place) return true
  }
  return false
}
