const BYTEA_OID = 17

/**
 * A PostgreSQL `bytea[]` in the binary form of the wire protocol (array_send): the driver passes a
 * Buffer on as it stands, so a batch of entries costs one copy and no escaping.
 */
export function byteaArray(items: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.alloc(20 + items.reduce((sum, item) => sum + 4 + item.length, 0))
  if (items.length === 0) return emptyArray()
  let at = 0
  for (const word of [1, 0, BYTEA_OID, items.length, 1]) at = bytes.writeInt32BE(word, at)
  for (const item of items) {
    at = bytes.writeInt32BE(item.length, at)
    bytes.set(item, at)
    at += item.length
  }
  return bytes
}

function emptyArray(): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeInt32BE(BYTEA_OID, 8)
  return bytes
}
