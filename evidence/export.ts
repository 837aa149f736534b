/** Writes a log as static files that anyone can mirror, serve and verify (C2SP tlog-tiles). */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { parseCheckpoint } from './checkpoint.ts'
import { encodeBundle } from './entry-bundle.ts'
import { EvidenceError } from './evidence-error.ts'
import { parseNote } from './signed-note.ts'
import { bundlePath, TILE_WIDTH, tilePath, tilesOf } from './tile.ts'
import type { TileSource } from './tile-source.ts'

/**
 * Brings `folder` up to the log's newest checkpoint and returns its size. Files that are there are
 * immutable and stay; each new one appears whole, and the checkpoint last, so that a reader never
 * sees a checkpoint whose tiles are missing.
 */
export async function exportTiles(source: TileSource, folder: string): Promise<number> {
  const note = await source.checkpoint()
  const { size } = parseCheckpoint(parseNote(note).text)
  const from = exportedSize(folder)
  if (size < from) throw new EvidenceError('LOG_FORKED', `exported ${from} entries, now ${size}`)
  for (const tile of tilesOf(size, from)) {
    const file = path.join(folder, tilePath(tile))
    if (existsSync(file)) continue
    const bytes = await source.tile(tile.level, tile.index)
    await writeWhole(file, bytes.subarray(0, tile.width * 32))
  }
  for (let start = from - (from % TILE_WIDTH); start < size; start += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - start)
    const file = path.join(folder, bundlePath(start / TILE_WIDTH, width))
    if (existsSync(file)) continue
    const entries = await source.bundle(start / TILE_WIDTH)
    await writeWhole(file, encodeBundle(entries.slice(0, width)))
  }
  await writeWhole(path.join(folder, 'checkpoint'), Buffer.from(note))
  return size
}

// What a checkpoint in the folder vouches for was written before it.
function exportedSize(folder: string): number {
  const file = path.join(folder, 'checkpoint')
  return existsSync(file) ? parseCheckpoint(parseNote(readFileSync(file, 'utf8')).text).size : 0
}

/** Writes beside, syncs, then renames: the file is there whole or not at all. */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const beside = `${file}.new`
  const handle = await open(beside, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}
