/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256

/** One tile: tile-level 0 holds leaf hashes, each level above the roots of full tiles below. */
export interface TileId {
  readonly level: number
  readonly index: number
  /** 1 to 256 hashes; 256 is a full tile. */
  readonly width: number
}

/** `tile/<L>/<N>[.p/<W>]`, as a path with forward slashes. */
export function tilePath({ level, index, width }: TileId): string {
  return `tile/${level}/${numberPath(index, width)}`
}

/** `tile/entries/<N>[.p/<W>]`. */
export function bundlePath(index: number, width: number): string {
  return `tile/entries/${numberPath(index, width)}`
}

/**
 * Every tile that a tree of this size is made of, full ones first within each level; with `from`,
 * only those that a tree of that size did not have in full.
 */
export function* tilesOf(size: number, from = 0): Generator<TileId> {
  let [count, done] = [size, from]
  for (let level = 0; count > 0; level++) {
    const full = Math.floor(count / TILE_WIDTH)
    done = Math.floor(done / TILE_WIDTH)
    for (let index = done; index < full; index++) yield { level, index, width: TILE_WIDTH }
    if (count % TILE_WIDTH > 0) yield { level, index: full, width: count % TILE_WIDTH }
    count = full
  }
}

function numberPath(index: number, width: number): string {
  const groups: string[] = [pad(index % 1000)]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${pad(rest % 1000)}`)
  }
  const suffix = width === TILE_WIDTH ? '' : `.p/${width}`
  return groups.join('/') + suffix
}

function pad(group: number): string {
  return String(group).padStart(3, '0')
}
