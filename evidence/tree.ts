/** Roots and proofs of RFC 6962 from the tiles of a log. */
import { EMPTY_ROOT, largestPowerBelow, nodeHash } from '#crypto/merkle'
import { TILE_WIDTH } from './tile.ts'

/** A stored hash: `level` counts tile levels (256-fold), `index` counts nodes of that level. */
export type NodeReader = (level: number, index: number) => Uint8Array

/** Beyond this many, remembered hashes are forgotten and computed again: about 1 MB. */
const MOST_KNOWN = 8192

/**
 * The tree of one size. Hashes once computed are kept, so that the proofs of a whole batch cost
 * about two hashes each. The tiles read may belong to a larger tree.
 */
export class TreeView {
  readonly size: number
  readonly #read: NodeReader
  readonly #known: Map<string, Uint8Array>

  /** `before` is an earlier view of the same growing log: what it computed still holds. */
  constructor(size: number, read: NodeReader, before?: TreeView) {
    this.size = size
    this.#read = read
    this.#known = before && before.#known.size < MOST_KNOWN ? before.#known : new Map()
  }

  /** MTH(D[index:index + 1]). */
  leaf(index: number): Uint8Array {
    return this.#read(0, index)
  }

  /** MTH(D[0:size]). */
  root(): Uint8Array {
    return this.size === 0 ? EMPTY_ROOT : this.#range(0, this.size)
  }

  /** PATH(index, D[size]): sibling hashes from the leaf's up to the root's child. */
  inclusionProof(index: number): Uint8Array[] {
    return this.#path(index, 0, this.size)
  }

  /** PROOF(from, D[size]) of RFC 6962, 2.1.2; empty when `from` is 0 or the size itself. */
  consistencyProof(from: number): Uint8Array[] {
    return from === 0 || from === this.size ? [] : this.#subproof(from, 0, this.size, true)
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start <= 1) return []
    const split = start + largestPowerBelow(end - start)
    const isLeft = index < split
    const path = isLeft ? this.#path(index, start, split) : this.#path(index, split, end)
    path.push(isLeft ? this.#range(split, end) : this.#range(start, split))
    return path
  }

  #subproof(from: number, start: number, end: number, isWhole: boolean): Uint8Array[] {
    if (from === end) return isWhole ? [] : [this.#range(start, end)]
    const split = start + largestPowerBelow(end - start)
    return from <= split
      ? [...this.#subproof(from, start, split, isWhole), this.#range(split, end)]
      : [...this.#subproof(from, split, end, false), this.#range(start, split)]
  }

  // INVARIANT: a range is one that RFC 6962 splits into, so a power of 256 is one stored node.
  #range(start: number, end: number): Uint8Array {
    const level = tileLevelOf(end - start)
    if (level !== undefined) return this.#read(level, start / (end - start))
    const key = `${start}-${end}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const split = start + largestPowerBelow(end - start)
    const hash = nodeHash(this.#range(start, split), this.#range(split, end))
    this.#known.set(key, hash)
    return hash
  }
}

function tileLevelOf(count: number): number | undefined {
  let [level, unit] = [0, 1]
  while (unit < count) [level, unit] = [level + 1, unit * TILE_WIDTH]
  return unit === count ? level : undefined
}
