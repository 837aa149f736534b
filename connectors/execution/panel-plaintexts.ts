import { decodeBase64url } from '#crypto/base64url'
import { derivePairKey } from '#crypto/masks'
import { derivePadKey } from '#crypto/pads'
import type { Secret } from '#crypto/secret'
import type { GateControls } from '#policies/disclosure/gate-controls'
import type { Panel } from '#protocol/plans/plan'
import type { AgreedSession } from '#protocol/session-papers'
import type { ConnectorDesk } from '../desk.ts'
import { ConnectorError } from '../errors.ts'
import { sourceOf } from '../handlers/advertise.ts'
import type { Veto } from '../ledger/holder-ledger.ts'
import type { SessionKeys } from '../session-keys.ts'
import { type BlindingKeys, blindPanel } from './blind.ts'
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
  const groups = await source.run(panel.question, desk.queryMs)
  if ((await source.version()) !== promised) {
    throw new ConnectorError('DATASET_CHANGED', 'the data is not of the version in the advert')
  }
  const { coefficients, vetoed } = panelVector(agreed.plan, panel, groups, controls, desk.random)
  blindPanel(panel, coefficients, blindingKeys(desk.did, agreed, panel, keys, seed))
  const reasons = [...vetoed].map(([group, rule]) => ({ part: panel.part, group, rule }))
  return { plaintexts: coefficients, vetoed: reasons }
}

function blindingKeys(
  did: string,
  { adverts, transcriptDigest: transcript }: AgreedSession,
  { part, roster, release }: Panel,
  { mask }: SessionKeys,
  seed: Secret,
): BlindingKeys {
  const binding = { transcript, panelId: part }
  const index = roster.indexOf(did)
  const pad = derivePadKey(seed, binding)
  if (release !== 'pooled') return { index, pad, pairs: [] }
  const pairs = roster.flatMap((holder, peer) => {
    if (peer === index) return []
    const advert = adverts.find((candidate) => candidate.holder === holder)
    if (advert === undefined) throw new ConnectorError('ROSTER_REFUSED', 'a peer has no mask key')
    return [{ index: peer, key: derivePairKey(mask, decodeBase64url(advert.maskKey), binding) }]
  })
  return { index, pad, pairs }
}
