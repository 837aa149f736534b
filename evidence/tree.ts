/** Roots and proofs of RFC 6962 over complete subtrees, wherever those are kept. */
import { EMPTY_ROOT, largestPowerBelow, nodeHash } from '#crypto/merkle'

/** Root of the complete subtree over leaves [index·2^height, (index+1)·2^height). */
export type NodeReader = (height: number, index: number) => Uint8Array

/** The tree of one size. The nodes read may belong to a larger tree of the same log. */
export class TreeView {
  readonly size: number
  readonly #read: NodeReader
  /** Ranges up to the right edge, by where they start; there are as many as the tree has levels. */
  readonly #edge = new Map<number, Uint8Array>()

  constructor(size: number, read: NodeReader) {
    this.size = size
    this.#read = read
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

  // INVARIANT: a range that RFC 6962 splits off is a complete subtree or reaches the right edge.
  #range(start: number, end: number): Uint8Array {
    const count = end - start
    const height = heightOf(count)
    if (height !== undefined) return this.#read(height, start / count)
    const known = this.#edge.get(start)
    if (known !== undefined) return known
    const split = start + largestPowerBelow(count)
    const hash = nodeHash(this.#range(start, split), this.#range(split, end))
    this.#edge.set(start, hash)
    return hash
  }
}

function heightOf(count: number): number | undefined {
  const height = Math.round(Math.log2(count))
  return 2 ** height === count ? height : undefined
}
