import { timingSafeEqual } from 'node:crypto'
import { inspect } from 'node:util'
import { CryptoError } from './errors.ts'
import type { Random } from './random.ts'

/**
 * Secret bytes with one owner. They cannot be printed, serialised, spread or cloned by accident,
 * and `using` zeroes them. What this cannot do: erase copies that `use` hands on, or what the
 * garbage collector moved before. After disposal every use refuses with `SECRET_DISPOSED`.
 */
export class Secret implements Disposable {
  readonly #bytes: Uint8Array
  #disposed = false

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Moves `bytes` in: the given array is zeroed, so that no second copy stays with the caller. */
  static take(bytes: Uint8Array): Secret {
    const secret = new Secret(Uint8Array.from(bytes))
    bytes.fill(0)
    return secret
  }

  /** `length` fresh bytes. */
  static random(length: number, random: Random): Secret {
    return Secret.take(random(length))
  }

  /** Size in bytes: public by design, so that a length can be checked before use. */
  get length(): number {
    return this.#bytes.length
  }

  /** Runs `fn` over the live bytes and returns its result. `fn` must not keep or return them. */
  use<T>(fn: (bytes: Uint8Array) => T): T {
    if (this.#disposed) throw new CryptoError('SECRET_DISPOSED', 'secret was disposed')
    return fn(this.#bytes)
  }

  /** Equality in time independent of the content (of equal lengths). */
  equals(other: Secret): boolean {
    return this.use((own) =>
      other.use((theirs) => own.length === theirs.length && timingSafeEqual(own, theirs)),
    )
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    this.#bytes.fill(0)
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
