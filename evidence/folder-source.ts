import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseCheckpoint } from './checkpoint.ts'
import { decodeBundle } from './entry-bundle.ts'
import { EvidenceError } from './evidence-error.ts'
import { parseNote } from './signed-note.ts'
import { bundlePath, TILE_WIDTH, tilePath } from './tile.ts'
import type { TileSource } from './tile-source.ts'

/** A mirrored log as a source again, for bundles and witnesses. It verifies nothing. */
export function folderSource(folder: string): TileSource {
  const read = (file: string) => readFileSync(path.join(folder, file))
  const size = parseCheckpoint(parseNote(read('checkpoint').toString('utf8')).text).size
  const newest = (name: (width: number) => string, count: number, index: number) => {
    const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH)
    const file = [name(width), name(TILE_WIDTH)].find((one) => existsSync(path.join(folder, one)))
    if (file === undefined) throw new EvidenceError('TILE_MALFORMED', `${name(width)} is missing`)
    return read(file)
  }
  return {
    checkpoint: async () => read('checkpoint').toString('utf8'),
    tile: async (level, index) => {
      const count = Math.floor(size / TILE_WIDTH ** level)
      return newest((width) => tilePath({ level, index, width }), count, index)
    },
    bundle: async (index) => {
      return decodeBundle(newest((width) => bundlePath(index, width), size, index)).entries
    },
  }
}
