import { type Capabilities, capabilitiesOf, type Declared } from '#policies/capabilities'

/** The name of the grouped aggregate among the protocols that a policy may demand. */
export const AGGREGATE_PROTOCOL = 'he-aggregate'

/**
 * Which controls the grouped aggregate (P1) can keep, and how far. Said once for all parties: a
 * control that stands here as `false`, or does not stand here at all, makes every judge refuse.
 */
const DECLARED: Readonly<Record<string, Declared>> = {
  'bt:minCohort': true,
  'bt:minHolders': true,
  'bt:pPercent': true,
  'bt:dominanceN': { atMost: 2 },
  'bt:dominanceShare': true,
  'bt:spread': true,
  'bt:degreesOfFreedom': true,
  'bt:mode': { atMost: 'partition' },
  'bt:onFail': { atMost: 'suppress' },
  'bt:maxGroups': true,
  'bt:maxAttributes': true,
  'bt:maxMeasures': true,
  'bt:maxRows': true,
  'bt:maxOutputBytes': true,
  'bt:queriesPer': true,
  // The strict side is the only one that is built: no slack evidence, no published total.
  'bt:slack': true,
  'bt:totalKnown': { atMost: false },
  'bt:roundCountBase': { atMost: 1 },
  'bt:roundDigits': { atLeast: 18 },
  'bt:quantum': { atMost: 1 },
  'bt:rounding': false,
  'bt:epsilonPerQuery': false,
  'bt:deltaTotal': false,
  'bt:contributionBound': false,
  'bt:unitExposure': false,
  'bt:bitsPer': false,
  'bt:resultForm': { anyOf: ['encrypted', 'aggregate'] },
  'bt:protocol': { anyOf: [AGGREGATE_PROTOCOL] },
  'bt:inputVisibility': true,
  'bt:intersectionVisible': true,
  'bt:encryptMode': true,
  'bt:executionEnv': { anyOf: ['he', 'mpc'] },
  'bt:deliveryMethod': { anyOf: ['api'] },
  'bt:egressReview': { atMost: 'auto' },
  'bt:heParams': { atMost: 128 },
}

/** The abilities for one request: its result reaches nobody but `deliverTo`. */
export function aggregateCapabilities(deliverTo: string): Capabilities {
  return capabilitiesOf({ ...DECLARED, 'bt:resultRecipient': { anyOf: [deliverTo] } })
}
