/** Writes a log as static files that anyone can mirror, serve and verify (C2SP tlog-tiles). */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { sameHash } from '#crypto/merkle'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { encodeBundle } from './entry-bundle.ts'
import { EvidenceError } from './evidence-error.ts'
import { parseNote } from './signed-note.ts'
import { bundlePath, TILE_WIDTH, tilePath, tilesOf } from './tile.ts'
import type { TileSource } from './tile-source.ts'

/**
 * Brings `folder` up to the log's newest checkpoint and returns its size. Files that are there are
 * immutable; each new one appears whole, and the checkpoint last, so that a reader never sees a
 * checkpoint whose tiles are missing. Partial tiles stay for whoever holds an older checkpoint of
 * this folder, until the full tile is there: then tlog-tiles lets them go, and they go. One writer
 * at a time. Refuses with LOG_FORKED what does not continue the folder, with LOG_UNAVAILABLE a
 * folder of another log.
 */
export async function exportTiles(source: TileSource, folder: string): Promise<number> {
  const note = await source.checkpoint()
  const newest = parseCheckpoint(parseNote(note).text)
  const { size } = newest
  const from = sizeContinued(exportedCheckpoint(folder), newest)
  const beside = path.join(folder, '.next')
  const place = async (file: string, width: number, read: () => Promise<Uint8Array>) => {
    const whole = path.join(folder, file)
    if (!existsSync(whole)) await writeWhole(whole, await read(), beside)
    if (width === TILE_WIDTH) await rm(`${whole}.p`, { recursive: true, force: true })
  }
  for (const tile of tilesOf(size, from)) {
    const { level, index, width } = tile
    await place(tilePath(tile), width, async () => {
      return (await source.tile(level, index)).subarray(0, width * 32)
    })
  }
  for (let start = from - (from % TILE_WIDTH); start < size; start += TILE_WIDTH) {
    const [index, width] = [start / TILE_WIDTH, Math.min(TILE_WIDTH, size - start)]
    await place(bundlePath(index, width), width, async () => {
      return encodeBundle((await source.bundle(index)).slice(0, width))
    })
  }
  await writeWhole(path.join(folder, 'checkpoint'), Buffer.from(note), beside)
  return size
}

// What a checkpoint in the folder vouches for was written before it.
function exportedCheckpoint(folder: string): Checkpoint | undefined {
  const file = path.join(folder, 'checkpoint')
  return existsSync(file) ? parseCheckpoint(parseNote(readFileSync(file, 'utf8')).text) : undefined
}

function sizeContinued(
  exported: Checkpoint | undefined,
  { origin, size, root }: Checkpoint,
): number {
  if (exported === undefined) return 0
  if (exported.origin !== origin) {
    throw new EvidenceError('LOG_UNAVAILABLE', 'the folder holds another log')
  }
  const isOther = size === exported.size && !sameHash(root, exported.root)
  if (size < exported.size || isOther) {
    throw new EvidenceError('LOG_FORKED', `exported ${exported.size} entries, now ${size}`)
  }
  return exported.size
}

/** Writes beside, syncs, then renames: the file is there whole or not at all. */
export async function writeWhole(
  file: string,
  bytes: Uint8Array,
  beside = `${file}.new`,
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const handle = await open(beside, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}
