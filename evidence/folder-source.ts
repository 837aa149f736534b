import { parseCheckpoint } from './checkpoint.ts'
import { decodeBundle } from './entry-bundle.ts'
import { EvidenceError } from './evidence-error.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { parseNote } from './signed-note.ts'
import { bundlePath, TILE_WIDTH, tilePath } from './tile.ts'
import type { TileSource } from './tile-source.ts'

/** A mirrored log as a source again, for bundles and witnesses. It verifies nothing. */
export function folderSource(folder: string): TileSource {
  const files = new EvidenceFiles(folder)
  const note = files.text('checkpoint')
  const { size } = parseCheckpoint(parseNote(note).text)
  const newest = (name: (width: number) => string, count: number, index: number) => {
    const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH)
    const bytes = files.read(name(width)) ?? files.read(name(TILE_WIDTH))
    if (bytes === undefined) throw new EvidenceError('TILE_MALFORMED', `${name(width)} is missing`)
    return bytes
  }
  return {
    checkpoint: async () => note,
    tile: async (level, index) => {
      const count = Math.floor(size / TILE_WIDTH ** level)
      return newest((width) => tilePath({ level, index, width }), count, index)
    },
    bundle: async (index) => {
      return decodeBundle(newest((width) => bundlePath(index, width), size, index)).entries
    },
  }
}
