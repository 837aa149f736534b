import { EvidenceError } from './evidence-error.ts'
import { TILE_WIDTH } from './tile.ts'
import { TreeView } from './tree.ts'
import { TreeEdge } from './tree-edge.ts'

/** Gives the hashes of a tile, at least those that the size asked about needs. */
export type TileReader = (level: number, index: number) => Promise<Uint8Array>

/** Reads the tiles above the given leaves and the right edge: enough for any proof about them. */
export async function loadTree(
  read: TileReader,
  size: number,
  leaves: readonly number[],
): Promise<TreeView> {
  const tiles = new Map<string, Uint8Array>()
  for (const leaf of [...leaves, size - 1]) {
    for (let level = 0, node = leaf; TILE_WIDTH ** level <= size && leaf >= 0; level++) {
      node = Math.floor(node / TILE_WIDTH)
      const id = `${level}/${node}`
      if (!tiles.has(id)) tiles.set(id, await read(level, node))
    }
  }
  return new TreeView(size, (level, index) => {
    const bytes = tiles.get(`${level}/${Math.floor(index / TILE_WIDTH)}`)
    return hashAt(bytes, index % TILE_WIDTH)
  })
}

/** The right edge of a stored tree, ready to grow. */
export async function loadEdge(read: TileReader, size: number): Promise<TreeEdge> {
  const levels: Uint8Array[][] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH
    const bytes = width === 0 ? undefined : await read(level, Math.floor(count / TILE_WIDTH))
    levels.push(Array.from({ length: width }, (_, i) => hashAt(bytes, i)))
  }
  return new TreeEdge(size, levels)
}

function hashAt(tile: Uint8Array | undefined, at: number): Uint8Array {
  const hash = tile?.subarray(at * 32, at * 32 + 32)
  if (hash?.length !== 32) throw new EvidenceError('TILE_MALFORMED', 'a stored tile is missing')
  return hash
}
