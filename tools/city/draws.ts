import { createHash } from 'node:crypto'
import { exponential, normalQuantile } from './elementary.ts'

const TWO_TO_32 = 4294967296
const WARM_UP_ROUNDS = 12

/**
 * A field of pseudo-random draws addressed by (enterprise index, month): the same address yields
 * the same draws whatever was drawn before, which is what lets each table be built alone. One
 * field per (seed, city, stream). For synthetic data only: sfc32 is fast and not cryptographic.
 *
 * `at` moves this one object, so finish with an address before taking the next.
 */
export class Draws {
  readonly #key: Int32Array
  #a = 0
  #b = 0
  #c = 0
  #counter = 0

  constructor(seed: string, city: string, stream: string) {
    const label = JSON.stringify(['baotu-city', seed, city, stream])
    const digest = createHash('sha256').update(label).digest()
    this.#key = Int32Array.from([0, 4, 8, 12], (offset) => digest.readInt32LE(offset))
  }

  /** Moves to an address. The second part is a month, a year or any other small number. */
  at(index: number, month = 0): this {
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = this.#key
    this.#a = k0 ^ Math.imul(index, 0x9e3779b1)
    this.#b = k1 ^ Math.imul(month + 1, 0x85ebca6b)
    this.#c = k2 ^ index
    this.#counter = k3 ^ month
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.next()
    return this
  }

  /** 32 uniform bits as a non-negative integer. */
  next(): number {
    const value = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + value) | 0
    return value >>> 0
  }

  /** Uniform in the open interval (0, 1). */
  uniform(): number {
    return (this.next() + 0.5) / TWO_TO_32
  }

  /** An integer from 0 to bound − 1 (bias below bound / 2^32). */
  below(bound: number): number {
    return Math.floor((this.next() * bound) / TWO_TO_32)
  }

  /** True with a probability; always false at 0 and true at 1. */
  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** A standard normal, within ±6.4. */
  normal(): number {
    return normalQuantile(this.uniform())
  }

  /** A Poisson count, at most `most`; one draw per event and one more. */
  poisson(mean: number, most: number): number {
    const limit = exponential(-mean)
    let count = 0
    for (let product = this.uniform(); product > limit && count < most; count++) {
      product *= this.uniform()
    }
    return count
  }

  /** One of the items, all alike. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }

  /** An item with probability proportional to its weight. */
  pickWeighted<T>(items: readonly T[], weightOf: (item: T) => number): T {
    let left = this.below(items.reduce((sum, item) => sum + weightOf(item), 0))
    for (const item of items) {
      left -= weightOf(item)
      if (left < 0) return item
    }
    throw new RangeError('pickWeighted: no item with a positive weight')
  }
}
