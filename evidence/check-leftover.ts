import type { LogFiles } from './log-files.ts'
import { bundlePath, TILE_WIDTH, tilePath } from './tile.ts'

const PARTIAL = /^(tile\/(entries|[0-9]+)\/(?:x[0-9]{3}\/)*[0-9]{3})\.p\/([1-9][0-9]{0,2})$/

/**
 * True when `file` is a partial tile or bundle of an earlier, smaller log and the present file
 * begins with exactly its bytes. Mirrors may keep such files, so they are no defect of themselves.
 */
export function isOldPartial(files: LogFiles, file: string, size: number): boolean {
  const [, base, kind, width] = PARTIAL.exec(file) ?? []
  if (base === undefined || Number(width) >= TILE_WIDTH) return false
  const present = presentFile(base, kind === 'entries' ? 0 : Number(kind), size)
  const [older, newer] = [files.read(file), files.read(present)]
  if (older === undefined || newer === undefined || older.length >= newer.length) return false
  const holdsWhole = kind === 'entries' || older.length === Number(width) * 32
  return holdsWhole && Buffer.compare(older, newer.subarray(0, older.length)) === 0
}

// The file that the present size needs at this place: full, or partial at the right edge.
function presentFile(base: string, level: number, size: number): string {
  const count = Math.floor(size / TILE_WIDTH ** level)
  const edge = { level, index: Math.floor(count / TILE_WIDTH), width: count % TILE_WIDTH }
  const atEdge = base.startsWith('tile/entries/')
    ? bundlePath(edge.index, edge.width)
    : tilePath(edge)
  return atEdge.startsWith(`${base}.p/`) ? atEdge : base
}
