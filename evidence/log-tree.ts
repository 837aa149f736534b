import { EvidenceError } from './evidence-error.ts'
import { TILE_WIDTH } from './tile.ts'
import type { TileSource } from './tile-source.ts'
import { TreeView } from './tree.ts'
import { TreeEdge } from './tree-edge.ts'

export interface TilePlace {
  readonly level: number
  readonly index: number
}

/** Gives the hashes of tiles in the order asked, at least those that the size asked about needs. */
export type TileReader = (places: readonly TilePlace[]) => Promise<readonly Uint8Array[]>

/** The tiles of a source, one after the other or together as it likes. */
export function tilesFrom(source: Pick<TileSource, 'tile'>): TileReader {
  return (places) => Promise.all(places.map(({ level, index }) => source.tile(level, index)))
}

/** Reads the tiles above the given leaves and the right edge: enough for any proof about them. */
export async function loadTree(
  read: TileReader,
  size: number,
  leaves: readonly number[],
): Promise<TreeView> {
  const places = new Map<string, TilePlace>()
  for (const leaf of [...leaves, size - 1]) {
    for (let level = 0, index = leaf; TILE_WIDTH ** level <= size && leaf >= 0; level++) {
      index = Math.floor(index / TILE_WIDTH)
      places.set(`${level}/${index}`, { level, index })
    }
  }
  const bytes = await read([...places.values()])
  const tiles = new Map([...places.keys()].map((id, at) => [id, bytes[at]]))
  return new TreeView(size, (level, index) => {
    const tile = tiles.get(`${level}/${Math.floor(index / TILE_WIDTH)}`)
    return hashAt(tile, index % TILE_WIDTH)
  })
}

/** The right edge of a stored tree, ready to grow. */
export async function loadEdge(read: TileReader, size: number): Promise<TreeEdge> {
  const edges: { readonly place: TilePlace; readonly width: number }[] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const index = Math.floor(count / TILE_WIDTH)
    edges.push({ place: { level, index }, width: count % TILE_WIDTH })
  }
  const partial = edges.filter(({ width }) => width > 0)
  const bytes = await read(partial.map(({ place }) => place))
  const levels = edges.map((edge) => {
    const tile = bytes[partial.indexOf(edge)]
    return Array.from({ length: edge.width }, (_, at) => hashAt(tile, at))
  })
  return new TreeEdge(size, levels)
}

function hashAt(tile: Uint8Array | undefined, at: number): Uint8Array {
  const hash = tile?.subarray(at * 32, at * 32 + 32)
  if (hash?.length !== 32) throw new EvidenceError('TILE_MALFORMED', 'a stored tile is missing')
  return hash
}
