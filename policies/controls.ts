import type { Decision } from './decision.ts'
import { windowMs } from './literal.ts'
import { VOCABULARY } from './vocabulary.ts'

/**
 * The disclosure controls (披露管控) of one release, every one a whole number: the one form that
 * policies, the gateway, the connectors and the release authority share. Names are those of the
 * vocabulary without `bt:`.
 */
export interface Controls {
  /** OC1: fewest distinct units behind a cell. */
  readonly minCohort: number
  /** OC7: fewest holders of a pooled column. */
  readonly minHolders: number
  /** OC2: p of the p % rule, in percent; 0 switches it off. */
  readonly pPercent: number
  /** OC3: n and the share in percent of the (n,k) rule; share 100 switches it off. */
  readonly dominanceN: number
  readonly dominanceShare: number
  /** OC5: 1 when at least one holder must report spread. */
  readonly spread: number
  /** OC6: fewest degrees of freedom of a mean, variance or regression. */
  readonly degreesOfFreedom: number
  /** Position in `MODES`. */
  readonly mode: number
  /** QS4: most groups, attributes and measures of one query. */
  readonly maxGroups: number
  readonly maxAttributes: number
  readonly maxMeasures: number
  /** Position in `FAIL_MODES`. */
  readonly onFail: number
  /** OC8: 1 when the total is published elsewhere. */
  readonly totalKnown: number
  /** OC11: 1 when slack evidence may stand in for pass bits. */
  readonly slack: number
  /** OC9: base that counts are rounded to (1: not), digits kept of sums, quantum of sums. */
  readonly roundCountBase: number
  readonly roundDigits: number
  readonly quantum: number
  /** DP: ε and δ in 10⁻⁹; 0 when nothing was granted. */
  readonly epsilonPerQuery: number
  readonly epsilonTotal: number
  readonly deltaTotal: number
  /** DP2: most cells one unit may contribute to. */
  readonly contributionBound: number
  /** BU1: most released cohorts that contain one unit. */
  readonly unitExposure: number
  /** BU1: most queries and most released bits within `windowSeconds`. */
  readonly queriesPer: number
  readonly bitsPer: number
  readonly windowSeconds: number
}

export type ControlName = keyof Controls

/** Ordinal controls, weakest first. */
export const MODES = ['audited', 'partition', 'dp'] as const
export const FAIL_MODES = ['dp', 'coarsen', 'suppress', 'review', 'deny'] as const

/** What holds where no policy speaks: a regulated consumer inside the space. */
export const DEFAULT_CONTROLS: Controls = {
  minCohort: 10,
  minHolders: 3,
  pPercent: 10,
  dominanceN: 2,
  dominanceShare: 100,
  spread: 1,
  degreesOfFreedom: 10,
  mode: MODES.indexOf('partition'),
  maxGroups: 500,
  maxAttributes: 3,
  maxMeasures: 4,
  onFail: FAIL_MODES.indexOf('suppress'),
  totalKnown: 0,
  slack: 0,
  roundCountBase: 1,
  roundDigits: 18,
  quantum: 1,
  epsilonPerQuery: 0,
  epsilonTotal: 0,
  deltaTotal: 0,
  contributionBound: 1,
  unitExposure: 1000,
  queriesPer: 1000,
  bitsPer: 1_000_000,
  windowSeconds: 86_400,
}

/** What no policy can loosen. */
export const FLOOR_CONTROLS = { minCohort: 3, minHolders: 3 } as const satisfies Partial<Controls>

type Order = 'larger' | 'smaller'

const STRICTER: Readonly<Record<ControlName, Order>> = {
  minCohort: 'larger',
  minHolders: 'larger',
  pPercent: 'larger',
  dominanceN: 'larger',
  dominanceShare: 'smaller',
  spread: 'larger',
  degreesOfFreedom: 'larger',
  mode: 'larger',
  maxGroups: 'smaller',
  maxAttributes: 'smaller',
  maxMeasures: 'smaller',
  onFail: 'larger',
  totalKnown: 'larger',
  slack: 'smaller',
  roundCountBase: 'larger',
  roundDigits: 'smaller',
  quantum: 'larger',
  epsilonPerQuery: 'smaller',
  epsilonTotal: 'smaller',
  deltaTotal: 'smaller',
  contributionBound: 'smaller',
  unitExposure: 'smaller',
  queriesPer: 'smaller',
  bitsPer: 'smaller',
  windowSeconds: 'larger',
}

const NAMES = Object.keys(STRICTER) as readonly ControlName[]

/** Strictest wins, control by control: the result is at least as strict as both. */
export function meet(a: Controls, b: Partial<Controls>): Controls {
  const met: Record<ControlName, number> = { ...a }
  for (const name of NAMES) met[name] = stricter(name, a[name], b[name] ?? a[name])
  return met
}

/** Whether `a` is at least as strict as `b` in every control. */
export function atLeastAsStrict(a: Controls, b: Controls): boolean {
  return NAMES.every((name) => stricter(name, a[name], b[name]) === a[name])
}

/**
 * The controls of a permit as integers: what the policies say, defaults where they are silent, and
 * then never below the floors, neither the platform's nor those handed in (`levelControls`).
 */
export function outputControls(decision: Decision, floors: Partial<Controls> = {}): Controls {
  const stated = { ...DEFAULT_CONTROLS, ...statedControls(decision) }
  return meet(meet(stated, FLOOR_CONTROLS), floors)
}

/**
 * Floors by data level (数据分级) 1–5, which policies may tighten and never loosen; undefined
 * where nothing may leave at all (level 5, or no level).
 */
export function levelControls(level: number): Partial<Controls> | undefined {
  switch (level) {
    case 1:
      return {}
    case 2:
      return { minCohort: 5 }
    case 3:
      return { minCohort: 10, pPercent: 10 }
    case 4:
      return { minCohort: 20, pPercent: 10, mode: MODES.indexOf('dp') }
    default:
      return undefined
  }
}

function statedControls({ controlSet, reservations }: Decision): Partial<Controls> {
  const stated: Partial<Record<ControlName, number>> = {}
  for (const { operand, min, max, window } of controlSet.bounds) {
    const name = NAMES.find((known) => `bt:${known}` === operand.name)
    const value = name !== undefined && STRICTER[name] === 'larger' ? (min ?? max) : (max ?? min)
    if (name !== undefined && value !== undefined) stated[name] = value
    if (window !== undefined) stated.windowSeconds = widest(stated.windowSeconds, window)
  }
  for (const { operand, limit } of reservations) {
    if (operand !== EPSILON_TOTAL) continue
    stated.epsilonTotal = Math.min(stated.epsilonTotal ?? limit, limit)
  }
  return stated
}

const EPSILON_TOTAL = VOCABULARY.operands.get('bt:epsilonTotal')?.name

function widest(seconds: number | undefined, window: string): number {
  return Math.max(seconds ?? 0, Math.ceil(windowMs(window) / 1000))
}

function stricter(name: ControlName, a: number, b: number): number {
  return STRICTER[name] === 'larger' ? Math.max(a, b) : Math.min(a, b)
}
