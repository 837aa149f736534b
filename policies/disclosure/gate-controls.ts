/** The controls that decide about one group; a subset of policies/controls by the same names. */
export interface GateControls {
  /** k: the least number of distinct units of analysis (OC1). The absolute floor is 3. */
  readonly minCohort: number
  /** The least number of contributing holders of a pooled column (OC7). The floor is 3. */
  readonly minHolders: number
  /** p of the p % rule (OC2), in percent. */
  readonly pPercent: number
  /** n and share (percent) of the (n, k) dominance rule (OC3); n is 1 or 2, share 100 is no rule. */
  readonly dominanceN: number
  readonly dominanceShare: number
  /** Whether a group needs two different values of every amount somewhere (OC5): 1 or 0. */
  readonly spread: number
  /**
   * OC6 as a whole: degrees of freedom of a mean or variance, n ≥ 2k for a variance, and the p %
   * rule on squares. 0 switches OC6 off, which only a policy can say.
   */
  readonly degreesOfFreedom: number
}

/** No policy can go below these (Handbook on Statistical Disclosure Control; protocols.md, 4). */
export const FLOORS = { minCohort: 3, minHolders: 3 } as const
