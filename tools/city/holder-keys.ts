import type { CitySpec } from './city-spec.ts'
import { Draws } from './draws.ts'
import type { Firm } from './firm.ts'
import { openLegalRepresentatives } from './legal-representatives.ts'

/** The offices and companies that hold a table. */
export type HolderId =
  | 'samr'
  | 'tax'
  | 'hrss'
  | 'hpf'
  | 'power'
  | 'water'
  | 'gas'
  | 'court'
  | 'agencies'
  | 'ip'
  | 'finance'
  | 'customs'
  | 'bank'

interface Coverage {
  /** A number of its own in the field of presence draws. */
  readonly address: number
  /** Share of all firms that the holder knows. */
  readonly share: number
  /** Whether traders may stand under the owner's identity number there. */
  readonly keysPersons: boolean
}

/** Tax and social insurance know 0.94 × 0.90 ≈ 85 % of the firms in common. */
const COVERAGE: Partial<Readonly<Record<HolderId, Coverage>>> = {
  tax: { address: 1, share: 0.94, keysPersons: true },
  hrss: { address: 2, share: 0.9, keysPersons: true },
  hpf: { address: 3, share: 0.6, keysPersons: false },
  power: { address: 4, share: 0.93, keysPersons: false },
  water: { address: 5, share: 0.88, keysPersons: false },
  gas: { address: 6, share: 0.35, keysPersons: false },
}
const PERSON_KEYED_TRADERS = 0.3

/**
 * Under which key a holder knows a firm; null when it has never heard of it. The key is the firm's
 * code, except that three traders in ten stand at tax and social insurance under their owner's
 * identity number: a row about a natural person in the column of enterprises.
 */
export function openHolderKeys(spec: CitySpec, holder: HolderId): (firm: Firm) => string | null {
  const presence = new Draws(spec.seed, spec.city, 'presence')
  const persons = new Draws(spec.seed, spec.city, 'person-keyed')
  const representativeOf = openLegalRepresentatives(spec)
  const coverage = COVERAGE[holder]
  if (coverage === undefined) return (firm) => firm.uscc
  const { address, share, keysPersons } = coverage
  return (firm) => {
    const isKnown = firm.isDominant || presence.at(firm.index, address).chance(share)
    if (!isKnown) return null
    if (!keysPersons || firm.entityType !== '个体') return firm.uscc
    const isPersonal = persons.at(firm.index).chance(PERSON_KEYED_TRADERS)
    return isPersonal ? representativeOf(firm.index).idno : firm.uscc
  }
}
