import { createMaskKeyPair, type MaskKeyPair } from '#crypto/masks'
import type { Random } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { type KeyPair, keyPairFromSeed, SEED_BYTES } from '#crypto/sign/key-pair'

/** A holder's own fresh keys of one session: for pairwise masks, and to receive its pad seed. */
export interface SessionKeys {
  readonly mask: MaskKeyPair
  readonly pad: KeyPair
}

/** Fresh keys; they live in memory only, so a session does not outlive its process. */
export async function createSessionKeys(random: Random): Promise<SessionKeys> {
  using seed = Secret.random(SEED_BYTES, random)
  return { mask: createMaskKeyPair(random), pad: await keyPairFromSeed('seal', seed) }
}

/** The keys of the sessions that this process answered, by invitation, until they end. */
export class HeldKeys implements Disposable {
  readonly #held = new Map<string, { readonly keys: SessionKeys; readonly until: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  hold(invitation: string, keys: SessionKeys, until: number): void {
    this.#forgetExpired()
    this.#held.set(invitation, { keys, until })
  }

  get(invitation: string): SessionKeys | undefined {
    this.#forgetExpired()
    return this.#held.get(invitation)?.keys
  }

  /** Zeroes the mask secret; the pad key is non-extractable and goes with its last reference. */
  forget(invitation: string): void {
    this.#held.get(invitation)?.keys.mask.secret[Symbol.dispose]()
    this.#held.delete(invitation)
  }

  [Symbol.dispose](): void {
    for (const invitation of [...this.#held.keys()]) this.forget(invitation)
  }

  #forgetExpired(): void {
    const now = this.#now()
    for (const [invitation, { until }] of this.#held) if (until <= now) this.forget(invitation)
  }
}
