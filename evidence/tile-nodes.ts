import { HASH_BYTES, nodeHash } from '#crypto/merkle'
import { EvidenceError } from './evidence-error.ts'
import { TILE_WIDTH } from './tile.ts'

/**
 * One tile with the nodes between its hashes and its root. Nodes of complete subtrees never change,
 * so each is computed once, when it is first asked for, also while the tile grows.
 */
export class TileNodes {
  /** rows[k][i] is the root over hashes [i·2^k, (i+1)·2^k); rows[0] are the hashes themselves. */
  readonly #rows: (Uint8Array | undefined)[][] = [[]]
  /**
   * Where all of them lie: row after row, each with room for a full tile. A tile lives long; in the
   * common pool its hashes would keep whole blocks of other work’s garbage.
   */
  readonly #bytes = Buffer.allocUnsafeSlow(2 * TILE_WIDTH * HASH_BYTES)
  #width = 0

  /** Splits a stored tile's bytes; what follows the last whole hash is left out. */
  static of(bytes: Uint8Array): TileNodes {
    const tile = new TileNodes()
    for (let at = HASH_BYTES; at <= bytes.length; at += HASH_BYTES) {
      tile.push(bytes.subarray(at - HASH_BYTES, at))
    }
    return tile
  }

  get width(): number {
    return this.#width
  }

  get isFull(): boolean {
    return this.#width === TILE_WIDTH
  }

  /** TILE_MALFORMED when the tile is full. */
  push(hash: Uint8Array): void {
    if (this.isFull) throw new EvidenceError('TILE_MALFORMED', `more than ${TILE_WIDTH} hashes`)
    this.#keep(0, this.#width, hash)
    this.#width += 1
  }

  /** The hashes, joined, as the tile is stored. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#width * HASH_BYTES)
  }

  /** Root of the complete subtree of 2^height hashes; TILE_MALFORMED where the tile is too narrow. */
  node(height: number, index: number): Uint8Array {
    const known = this.#rows[height]?.[index]
    if (known !== undefined) return known
    if (height === 0) throw new EvidenceError('TILE_MALFORMED', `hash ${index} of ${this.width}`)
    const made = nodeHash(this.node(height - 1, 2 * index), this.node(height - 1, 2 * index + 1))
    return this.#keep(height, index, made)
  }

  #keep(height: number, index: number, hash: Uint8Array): Uint8Array {
    this.#rows[height] ??= []
    const start = (2 * TILE_WIDTH - (2 * TILE_WIDTH) / 2 ** height + index) * HASH_BYTES
    const kept = this.#bytes.subarray(start, start + HASH_BYTES)
    kept.set(hash)
    this.#rows[height][index] = kept
    return kept
  }
}
