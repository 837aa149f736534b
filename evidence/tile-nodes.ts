import { nodeHash } from '#crypto/merkle'
import { EvidenceError } from './evidence-error.ts'
import { TILE_WIDTH } from './tile.ts'

/**
 * One tile with the nodes between its hashes and its root. Nodes of complete subtrees never change,
 * so each is computed once, when it is first asked for, also while the tile grows.
 */
export class TileNodes {
  /** rows[k][i] is the root over hashes [i·2^k, (i+1)·2^k); rows[0] are the hashes themselves. */
  readonly #rows: (Uint8Array | undefined)[][]
  readonly #hashes: Uint8Array[]

  constructor(hashes: readonly Uint8Array[] = []) {
    this.#hashes = [...hashes]
    this.#rows = [this.#hashes]
  }

  /** Splits a stored tile's bytes; what follows the last whole hash is left out. */
  static of(bytes: Uint8Array): TileNodes {
    const width = Math.floor(bytes.length / 32)
    return new TileNodes(
      Array.from({ length: width }, (_, i) => bytes.subarray(i * 32, i * 32 + 32)),
    )
  }

  get width(): number {
    return this.#hashes.length
  }

  get isFull(): boolean {
    return this.#hashes.length === TILE_WIDTH
  }

  push(hash: Uint8Array): void {
    this.#hashes.push(hash)
  }

  /** The hashes, joined, as the tile is stored. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#hashes)
  }

  /** Root of the complete subtree of 2^height hashes; TILE_MALFORMED where the tile is too narrow. */
  node(height: number, index: number): Uint8Array {
    const row = this.#row(height)
    const known = row[index]
    if (known !== undefined) return known
    if (height === 0) throw new EvidenceError('TILE_MALFORMED', `hash ${index} of ${this.width}`)
    const made = nodeHash(this.node(height - 1, 2 * index), this.node(height - 1, 2 * index + 1))
    row[index] = made
    return made
  }

  #row(height: number): (Uint8Array | undefined)[] {
    const row = this.#rows[height]
    if (row !== undefined) return row
    const made: (Uint8Array | undefined)[] = []
    this.#rows[height] = made
    return made
  }
}
