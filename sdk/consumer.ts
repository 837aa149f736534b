import type { Random } from '#crypto/random'
import type { KeyProvider } from '#crypto/sign/key-provider'
import type { DirectorySource } from '#protocol/directory-source'
import type { GatewayCalls } from '#protocol/gateway-link'
import type { Counterparts, Desk } from '#protocol/session-papers'
import type { VerifyJws } from '#protocol/signed'

/** A consumer: its own keys, whom it pins, and how it reaches the gateway. */
export interface Consumer {
  readonly did: string
  readonly keys: KeyProvider
  readonly counterparts: Counterparts
  readonly directory: DirectorySource
  readonly verify: VerifyJws
  readonly calls: GatewayCalls
  readonly random: Random
  readonly now: () => number
}

/** What this consumer checks documents with, now. */
export async function consumerDesk({
  verify,
  directory,
  counterparts,
  now,
}: Consumer): Promise<Desk> {
  return { verify, directory: await directory.current(), counterparts, now: now() }
}
