import type { Secret } from '#crypto/secret'
import type { GateControls } from '#policies/disclosure/gate-controls'
import type { Panel } from '#protocol/plans/plan'
import type { AgreedSession } from '#protocol/session-papers'
import type { ConnectorDesk } from '../desk.ts'
import { ConnectorError } from '../errors.ts'
import { sourceOf } from '../handlers/advertise.ts'
import type { Veto } from '../ledger/holder-ledger.ts'
import type { SessionKeys } from '../session-keys.ts'
import { blindPanel } from './blind.ts'
import { blindingKeys } from './blinding-keys.ts'
import { checkCapacity } from './capacity.ts'
import { readData } from './read-data.ts'
import { panelVector } from './vector.ts'

/** What one holder brings to a session beside its data. */
export interface Contribution {
  readonly controls: GateControls
  readonly keys: SessionKeys
  readonly seed: Secret
}

/**
 * One panel of a session at one holder, ready to encrypt: the aggregation pushed into the source,
 * failing groups vetoed, values padded, pooled columns masked. Data of another version than the
 * advert's refuses with `DATASET_CHANGED`.
 */
export async function panelPlaintexts(
  desk: ConnectorDesk,
  agreed: AgreedSession,
  panel: Panel,
  { controls, keys, seed }: Contribution,
): Promise<{ plaintexts: readonly BigUint64Array[]; vetoed: Veto[] }> {
  const source = sourceOf(desk, agreed, panel.part)
  const own = agreed.adverts.find(({ holder }) => holder === desk.did)
  const promised = own?.parts.find(({ part }) => part === panel.part)?.dataset
  const groups = await readData(() => source.run(panel.question, desk.queryMs))
  if ((await readData(() => source.version())) !== promised) {
    throw new ConnectorError('DATASET_CHANGED', 'the data is not of the version in the advert')
  }
  checkCapacity(panel, agreed.product, groups)
  const { coefficients, vetoed } = panelVector(agreed.plan, panel, groups, controls, desk.random)
  using blinding = blindingKeys(desk.did, agreed, panel, { mask: keys.mask, seed })
  blindPanel(panel, coefficients, blinding)
  const reasons = [...vetoed].map(([group, rule]) => ({ part: panel.part, group, rule }))
  return { plaintexts: coefficients, vetoed: reasons }
}
