import type { Random } from '#crypto/random'
import type { KeyProvider } from '#crypto/sign/key-provider'
import type { Party } from '#protocol/party'

/** A consumer (数据使用方): its own keys, and its end of the protocol with whom it pins. */
export interface Consumer {
  readonly did: string
  readonly spaceId: string
  readonly keys: KeyProvider
  readonly party: Party
  readonly random: Random
  readonly now: () => number
}
