/** The right edge of a growing tree: the last tile of every level, enough to add leaves and to sign. */
import { EvidenceError } from './evidence-error.ts'
import { TILE_WIDTH, type TileId } from './tile.ts'
import { TileNodes } from './tile-nodes.ts'
import { type NodeReader, TreeView } from './tree.ts'

export interface GrownTile extends TileId {
  /** width × 32 bytes. */
  readonly bytes: Uint8Array
}

/** Grows by leaf hashes and remembers which tiles changed. One owner, one batch at a time. */
export class TreeEdge {
  #size: number
  /** levels[L] is the partial tile at level L; a level that is not there is empty. */
  readonly #levels: TileNodes[]
  readonly #full = new Map<string, TileNodes>()
  readonly #touched = new Set<number>()

  constructor(size = 0, levels: readonly TileNodes[] = []) {
    this.#size = size
    this.#levels = [...levels]
  }

  get size(): number {
    return this.#size
  }

  add(leaf: Uint8Array): void {
    this.#size += 1
    this.#push(0, leaf)
  }

  /** The tree at its present size. It stays right while this edge and its successors grow. */
  view(): TreeView {
    return new TreeView(this.#size, this.#node)
  }

  /** The tree of an earlier size of this edge, when it has grown from nothing. */
  viewAt(size: number): TreeView {
    return new TreeView(size, this.#node)
  }

  /** Tiles to write: every one that became full and the partial ones that changed. */
  changes(): GrownTile[] {
    const full = [...this.#full].map(([id, tile]) => grown(id, tile))
    const partial = [...this.#touched].flatMap((level) => {
      const tile = this.#levels[level]
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1))
      return tile && tile.width > 0 ? [grown(`${level}/${index}`, tile)] : []
    })
    return [...full, ...partial]
  }

  /** The same tree with nothing noted as changed: the start of the next batch. */
  settled(): TreeEdge {
    return new TreeEdge(this.#size, this.#levels)
  }

  // A tile that was partial here and filled up in a successor still holds every node asked for.
  readonly #node: NodeReader = (height, index) => {
    const level = Math.floor(height / 8)
    const perTile = 2 ** (8 - (height % 8))
    const at = Math.floor(index / perTile)
    const isLast = at === Math.floor(this.#size / TILE_WIDTH ** (level + 1))
    const tile = isLast ? this.#levels[level] : this.#full.get(`${level}/${at}`)
    if (tile === undefined) throw new EvidenceError('TILE_MALFORMED', `no tile ${level}/${at}`)
    return tile.node(height % 8, index % perTile)
  }

  #push(level: number, hash: Uint8Array): void {
    const tile = this.#levels[level] ?? new TileNodes()
    this.#levels[level] = tile
    this.#touched.add(level)
    tile.push(hash)
    if (!tile.isFull) return
    const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1)) - 1
    this.#full.set(`${level}/${index}`, tile)
    this.#levels[level] = new TileNodes()
    this.#push(level + 1, tile.node(8, 0))
  }
}

function grown(id: string, tile: TileNodes): GrownTile {
  const [level = 0, index = 0] = id.split('/').map(Number)
  return { level, index, width: tile.width, bytes: tile.bytes() }
}
