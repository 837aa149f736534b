import type { GateControls } from './gate-controls.ts'

/** Strictest wins, one direction a control: more of these protects more, less of the share does. */
const STRICTEST: Readonly<Record<keyof GateControls, (a: number, b: number) => number>> = {
  minCohort: Math.max,
  minHolders: Math.max,
  pPercent: Math.max,
  dominanceN: Math.max,
  dominanceShare: Math.min,
  spread: Math.max,
  degreesOfFreedom: Math.max,
}

/** A party's controls as its advert states them; other controls than the gate's are ignored here. */
export type Stated = Readonly<Record<string, unknown>>

/** A control that decides about groups is missing or no whole number. */
export class ControlsError extends Error {
  override readonly name = 'ControlsError'
  readonly code = 'CONTROLS_MALFORMED'
}

/**
 * The controls of one session: the strictest of what every holder's own policy demands. Every
 * holder and the release authority compute them alike from the transcript, so that no gateway
 * can weaken them. A control that some holder does not state refuses.
 */
export function sessionControls(stated: readonly Stated[]): GateControls {
  if (stated.length === 0) throw new ControlsError('no holder states any controls')
  const strictest = (name: keyof GateControls) =>
    stated.map((controls) => integerOf(controls, name)).reduce(STRICTEST[name])
  return {
    minCohort: strictest('minCohort'),
    minHolders: strictest('minHolders'),
    pPercent: strictest('pPercent'),
    dominanceN: strictest('dominanceN'),
    dominanceShare: strictest('dominanceShare'),
    spread: strictest('spread'),
    degreesOfFreedom: strictest('degreesOfFreedom'),
  }
}

function integerOf(controls: Stated, name: keyof GateControls): number {
  const value = controls[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new ControlsError(`control \`${name}\` is missing or no whole number`)
}
