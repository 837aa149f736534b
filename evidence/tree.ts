/** Roots and proofs of RFC 6962 over complete subtrees, wherever those are kept. */
import { EMPTY_ROOT, largestPowerBelow, nodeHash } from '#crypto/merkle'
import { TILE_WIDTH } from './tile.ts'

/** Root of the complete subtree over leaves [index·2^height, (index+1)·2^height). */
export type NodeReader = (height: number, index: number) => Uint8Array

/** Where a leaf's tile lies in the tree, and the siblings on the way from there to the root. */
interface Surroundings {
  readonly start: number
  readonly end: number
  readonly siblings: readonly Uint8Array[]
}

/** The tree of one size. The nodes read may belong to a larger tree of the same log. */
export class TreeView {
  readonly size: number
  readonly #read: NodeReader
  /** Ranges up to the right edge, by where they start; there are as many as the tree has levels. */
  readonly #edge = new Map<number, Uint8Array>()
  /** By tile: leaves of one tile share all of their proof that lies above it. */
  readonly #around = new Map<number, Surroundings>()

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
    const { start, end, siblings } = this.#surroundings(Math.floor(index / TILE_WIDTH))
    return [...this.#path(index, start, end), ...siblings]
  }

  /** PROOF(from, D[size]) of RFC 6962, 2.1.2; empty when `from` is 0 or the size itself. */
  consistencyProof(from: number): Uint8Array[] {
    return from === 0 || from === this.size ? [] : this.#subproof(from, 0, this.size, true)
  }

  // INVARIANT: whatever is wider than a tile splits where a tile begins.
  #surroundings(tile: number): Surroundings {
    const known = this.#around.get(tile)
    if (known !== undefined) return known
    let [start, end] = [0, this.size]
    const siblings: Uint8Array[] = []
    while (end - start > TILE_WIDTH) {
      const split = start + largestPowerBelow(end - start)
      const isLeft = tile * TILE_WIDTH < split
      siblings.unshift(isLeft ? this.#range(split, end) : this.#range(start, split))
      ;[start, end] = isLeft ? [start, split] : [split, end]
    }
    const made = { start, end, siblings }
    this.#around.set(tile, made)
    return made
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    const height = heightOf(end - start)
    if (height !== undefined) return this.#siblings(index, height)
    const split = start + largestPowerBelow(end - start)
    const isLeft = index < split
    const path = isLeft ? this.#path(index, start, split) : this.#path(index, split, end)
    path.push(isLeft ? this.#range(split, end) : this.#range(start, split))
    return path
  }

  // Within a complete subtree each sibling is the neighbour's node.
  #siblings(index: number, height: number): Uint8Array[] {
    const siblings: Uint8Array[] = []
    for (let below = 0, node = index; below < height; below++, node = Math.floor(node / 2)) {
      siblings.push(this.#read(below, node % 2 === 0 ? node + 1 : node - 1))
    }
    return siblings
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
