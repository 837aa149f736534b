import { EvidenceError } from './evidence-error.ts'

/** An entry's length travels as uint16. */
export const MAX_ENTRY_BYTES = 65_535

/** Entries in order, each behind its big-endian uint16 length (C2SP tlog-tiles, log entries). */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.alloc(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  let at = 0
  for (const entry of entries) {
    at = bytes.writeUInt16BE(entry.length, at)
    bytes.set(entry, at)
    at += entry.length
  }
  return bytes
}

/** The inverse of `encodeBundle`; a bundle that is cut or carries bytes after its last entry is refused. */
export function decodeBundle(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const end = at + 2 <= bytes.length ? at + 2 + view.getUint16(at) : Number.POSITIVE_INFINITY
    if (end > bytes.length) {
      throw new EvidenceError('TILE_MALFORMED', `entry ${entries.length} of a bundle is cut`)
    }
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return entries
}
