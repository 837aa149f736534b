import { decodeBase64url } from '#crypto/base64url'
import { derivePairKey, type MaskKeyPair } from '#crypto/masks'
import { derivePadKey } from '#crypto/pads'
import type { Secret } from '#crypto/secret'
import type { Panel } from '#protocol/plans/plan'
import type { AgreedSession } from '#protocol/session-papers'
import { ConnectorError } from '../errors.ts'
import type { BlindingKeys } from './blind.ts'

/** What a holder derives its keys from: its own mask key and the consumer's seed for it. */
export interface BlindingSecrets {
  readonly mask: MaskKeyPair
  readonly seed: Secret
}

/** A holder's pad and pair keys for one panel under H; disposing wipes all of them. */
export function blindingKeys(
  did: string,
  { adverts, transcriptDigest: transcript }: Pick<AgreedSession, 'adverts' | 'transcriptDigest'>,
  { part, roster, release }: Panel,
  { mask, seed }: BlindingSecrets,
): BlindingKeys & Disposable {
  using owned = new DisposableStack()
  const binding = { transcript, panelId: part }
  const index = roster.indexOf(did)
  const pad = owned.use(derivePadKey(seed, binding))
  const peers = release === 'pooled' ? roster.filter((holder) => holder !== did) : []
  const pairs = peers.map((holder) => {
    const advert = adverts.find((candidate) => candidate.holder === holder)
    if (advert === undefined) throw new ConnectorError('ROSTER_REFUSED', 'a peer has no mask key')
    const key = owned.use(derivePairKey(mask, decodeBase64url(advert.maskKey), binding))
    return { index: roster.indexOf(holder), key }
  })
  const kept = owned.move()
  return { index, pad, pairs, [Symbol.dispose]: () => kept.dispose() }
}
