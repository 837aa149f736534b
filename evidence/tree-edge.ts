/** The right edge of a growing tree: the last tile of every level, enough to add leaves and to sign. */
import { EMPTY_ROOT, subtreeRoot } from '#crypto/merkle'
import { TILE_WIDTH, type TileId } from './tile.ts'
import type { NodeReader } from './tree.ts'

export interface GrownTile extends TileId {
  /** width × 32 bytes. */
  readonly bytes: Uint8Array
}

/** Grows by leaf hashes and remembers which tiles changed. Not shared: one owner, one batch at a time. */
export class TreeEdge {
  #size: number
  readonly #levels: Uint8Array[][]
  readonly #full = new Map<string, GrownTile>()
  readonly #touched = new Set<number>()

  /** `levels[L]` are the hashes of the partial tile at level L (fewer than 256, may be empty). */
  constructor(size: number, levels: readonly (readonly Uint8Array[])[]) {
    this.#size = size
    this.#levels = levels.map((hashes) => [...hashes])
  }

  get size(): number {
    return this.#size
  }

  add(leaf: Uint8Array): void {
    this.#size += 1
    this.#push(0, leaf)
  }

  /** Root of the tree at its present size; at most 255 hashes per level. */
  root(): Uint8Array {
    let rest: Uint8Array | undefined
    for (const hashes of this.#levels) {
      const nodes = rest === undefined ? hashes : [...hashes, rest]
      if (nodes.length > 0) rest = subtreeRoot(nodes)
    }
    return rest ?? EMPTY_ROOT
  }

  /** Tiles to write: every one that became full and the partial ones that changed. */
  changes(): GrownTile[] {
    const partial = [...this.#touched].flatMap((level) => this.#partial(level))
    return [...this.#full.values(), ...partial]
  }

  /** Reads the nodes of this edge and of the tiles that it filled; RangeError for any other. */
  readonly node: NodeReader = (level, index) => {
    const tile = Math.floor(index / TILE_WIDTH)
    const full = this.#full.get(`${level}/${tile}`)
    const at = index % TILE_WIDTH
    const hash = full ? full.bytes.subarray(at * 32, at * 32 + 32) : this.#levels[level]?.[at]
    if (hash === undefined) throw new RangeError(`node ${level}/${index} is not at the edge`)
    return hash
  }

  /** The same tree with nothing noted as changed: the start of the next batch. */
  settled(): TreeEdge {
    return new TreeEdge(this.#size, this.#levels)
  }

  #push(level: number, hash: Uint8Array): void {
    const hashes = this.#at(level)
    hashes.push(hash)
    this.#touched.add(level)
    if (hashes.length < TILE_WIDTH) return
    const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1)) - 1
    const bytes = Buffer.concat(hashes)
    this.#full.set(`${level}/${index}`, { level, index, width: TILE_WIDTH, bytes })
    this.#push(level + 1, subtreeRoot(hashes.splice(0)))
  }

  #partial(level: number): GrownTile[] {
    const hashes = this.#at(level)
    const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1))
    if (hashes.length === 0) return []
    return [{ level, index, width: hashes.length, bytes: Buffer.concat(hashes) }]
  }

  #at(level: number): Uint8Array[] {
    const hashes = this.#levels[level]
    if (hashes !== undefined) return hashes
    const added: Uint8Array[] = []
    this.#levels[level] = added
    return added
  }
}
