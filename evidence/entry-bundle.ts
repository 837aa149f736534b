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

export interface DecodedBundle {
  readonly entries: readonly Uint8Array[]
  /** False when the bytes end inside an entry or hold more of them: what follows is not given. */
  readonly isWhole: boolean
}

/** The inverse of `encodeBundle`; at most so many entries are read. */
export function decodeBundle(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): DecodedBundle {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  let at = 0
  while (
    entries.length < most &&
    at + 2 <= bytes.length &&
    at + 2 + view.getUint16(at) <= bytes.length
  ) {
    const end = at + 2 + view.getUint16(at)
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return { entries, isWhole: at === bytes.length }
}
