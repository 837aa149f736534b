import type { Residues } from '#crypto/he/wire'

/**
 * One session's HE key pair. The secret key is made in a disposable worker, never leaves it and is
 * never stored; disposing wipes the worker's memory before it ends.
 */
export interface HeSession extends AsyncDisposable {
  /** The public key on our wire, seed-compressed. */
  readonly publicKey: Uint8Array
  /** Decrypts recomputed sums: 4,096 residues modulo 2^50 each. */
  open(sums: readonly Residues[]): Promise<readonly BigUint64Array[]>
}

interface Live {
  readonly he: HeSession
  readonly expiresAt: number
}

/** The sessions whose keys this process holds. After a restart there are none: that is intended. */
export class LiveSessions implements AsyncDisposable {
  readonly #live = new Map<string, Live>()
  readonly #atMost: number
  readonly #now: () => number

  constructor(atMost: number, now: () => number) {
    this.#atMost = atMost
    this.#now = now
  }

  /** Whether one more key pair may be held, after the expired ones are wiped. */
  async hasRoom(): Promise<boolean> {
    const now = this.#now()
    for (const [invitation, { expiresAt }] of this.#live) {
      if (expiresAt <= now) await this.wipe(invitation)
    }
    return this.#live.size < this.#atMost
  }

  add(invitation: string, he: HeSession, expiresAt: number): void {
    this.#live.set(invitation, { he, expiresAt })
  }

  get(invitation: string): HeSession | undefined {
    const live = this.#live.get(invitation)
    return live !== undefined && this.#now() < live.expiresAt ? live.he : undefined
  }

  /** Destroys the key pair, if this process holds it. */
  async wipe(invitation: string): Promise<void> {
    const live = this.#live.get(invitation)
    this.#live.delete(invitation)
    await live?.he[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const invitation of [...this.#live.keys()]) await this.wipe(invitation)
  }
}
