import { addPairwiseMasks, type PairKey } from '#crypto/masks'
import { addPads } from '#crypto/pads'
import type { Secret } from '#crypto/secret'
import { COEFFICIENTS, valueCanary } from '#protocol/plans/layout'
import type { Panel } from '#protocol/plans/plan'
import { setCanaries } from './vector.ts'

/** What one holder blinds one panel with, each derived under H and the panel's name. */
export interface BlindingKeys {
  readonly index: number
  readonly pad: Secret
  /** One key for every other holder of a pooled panel; none for one or two holders. */
  readonly pairs: readonly PairKey[]
}

/**
 * Makes a panel's coefficients ready to encrypt, in place: canaries, this holder's pad stream on
 * the values (so that the release authority cannot read them), pairwise masks on every coefficient
 * of a pooled column (so that a single holder's part shows nothing even to release authority,
 * gateway and consumer together).
 */
export function blindPanel(
  panel: Panel,
  coefficients: readonly BigUint64Array[],
  { index, pad, pairs }: BlindingKeys,
): void {
  coefficients.forEach((values, chunk) => {
    setCanaries(panel, index, values)
    addPads(values, { chunk, from: valueCanary(panel.layout), to: COEFFICIENTS }, pad)
    if (panel.release === 'pooled') {
      addPairwiseMasks(values, { chunk, ownIndex: index, pairKeys: pairs })
    }
  })
}
