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

interface Held {
  readonly keys: SessionKeys
  readonly until: number
  readonly timer: NodeJS.Timeout
}

// What a timer can wait for; a session that says to live longer is forgotten after it.
const LONGEST_MS = 2 ** 31 - 1

/**
 * The keys of the sessions that this process answered, by invitation, until they end; each is
 * forgotten when its time is over, whether or not anybody asks for it again.
 */
export class HeldKeys implements Disposable {
  readonly #held = new Map<string, Held>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  hold(invitation: string, keys: SessionKeys, until: number): void {
    this.forget(invitation)
    const ms = Math.min(until - this.#now(), LONGEST_MS)
    const timer = setTimeout(() => this.forget(invitation), ms).unref()
    this.#held.set(invitation, { keys, until, timer })
  }

  get(invitation: string): SessionKeys | undefined {
    const held = this.#held.get(invitation)
    return held !== undefined && this.#now() < held.until ? held.keys : undefined
  }

  /** Zeroes the mask secret; the pad key is non-extractable and goes with its last reference. */
  forget(invitation: string): void {
    const held = this.#held.get(invitation)
    this.#held.delete(invitation)
    clearTimeout(held?.timer)
    held?.keys.mask.secret[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    for (const invitation of [...this.#held.keys()]) this.forget(invitation)
  }
}
