import type { Controls } from '../controls.ts'

/** The controls that decide about one group. */
export type GateControls = Pick<
  Controls,
  | 'minCohort'
  | 'minHolders'
  | 'pPercent'
  | 'dominanceN'
  | 'dominanceShare'
  | 'spread'
  | 'degreesOfFreedom'
>
