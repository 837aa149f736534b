/*
 * Rows of residues, each in exactly `width` bits, little-endian: residue i occupies bits
 * [i·width, (i+1)·width) of the row, bit b being bit b mod 8 of byte ⌊b/8⌋. Rows have a multiple
 * of eight residues, so every row ends on a byte and there are no padding bits. Widths up to 46.
 */

/** A row's place and form. `count` is a multiple of 8, `width` its bits per residue. */
export interface RowShape {
  readonly count: number
  readonly width: number
}

const TWO_24 = 2 ** 24
const TWO_32 = 2 ** 32
const LANES = 8

/** Bits that a residue modulo `prime` takes. */
export function widthOf(prime: number): number {
  const high = Math.floor(prime / TWO_32)
  return high === 0 ? 32 - Math.clz32(prime) : 64 - Math.clz32(high)
}

/** Bytes that a row takes. */
export function rowBytes({ count, width }: RowShape): number {
  return (count / LANES) * width
}

/** Writes `row` (exact integers below 2^width) at `at`; the bytes there must be zero. */
export function packRow(row: Float64Array, width: number, bytes: Uint8Array, at: number): void {
  if (width === 46) pack46(row, bytes, at)
  else packAny(row, width, bytes, at)
}

/** The inverse of `unpack46`: four residues, each a low word and 14 high bits, fill 23 bytes. */
function pack46(row: Float64Array, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let index = 0, to = at; index < row.length; index += 4, to += 23) {
    const low0 = lowWord(row[index] as number)
    const low1 = lowWord(row[index + 1] as number)
    const low2 = lowWord(row[index + 2] as number)
    const low3 = lowWord(row[index + 3] as number)
    const high1 = highWord(row[index + 1] as number)
    const high2 = highWord(row[index + 2] as number)
    view.setUint32(to, low0, true)
    view.setUint32(to + 4, highWord(row[index] as number) | (low1 << 14), true)
    view.setUint32(to + 8, (low1 >>> 18) | (high1 << 14) | (low2 << 28), true)
    view.setUint32(to + 12, (low2 >>> 4) | (high2 << 28), true)
    view.setUint32(to + 16, (high2 >>> 4) | (low3 << 10), true)
    const last = (low3 >>> 22) | (highWord(row[index + 3] as number) << 10)
    view.setUint16(to + 20, last, true)
    view.setUint8(to + 22, last >>> 16)
  }
}

function lowWord(value: number): number {
  return (value % TWO_32) >>> 0
}

function highWord(value: number): number {
  return Math.floor(value / TWO_32)
}

function packAny(row: Float64Array, width: number, bytes: Uint8Array, at: number): void {
  for (const [index, value] of row.entries()) {
    const bit = 8 * at + index * width
    orBits(bytes, bit, value % TWO_24)
    orBits(bytes, bit + 24, Math.floor(value / TWO_24))
  }
}

/** Where a packed row starts in a message. */
export interface RowSource {
  readonly view: DataView
  readonly at: number
  readonly width: number
}

/**
 * Reads a row into `row` and says whether every residue is below `prime`. Reading stays inside
 * the row's own bytes; time does not depend on what they say.
 */
export function unpackRow(source: RowSource, prime: number, row: Float64Array): boolean {
  return addRow(source, prime, row.fill(0))
}

/** The same, adding to what stands in `sums`; all is added whatever the answer. */
export function addRow(source: RowSource, prime: number, sums: Float64Array): boolean {
  return source.width === 46
    ? add46(source.view, source.at, prime, sums)
    : addAny(source, prime, sums)
}

/**
 * The width of the data primes: this loop meets every ciphertext, so it reads and adds at once.
 * Four residues fill 23 bytes; two such groups per turn keep the function above the size that V8
 * inlines into its caller, where it was measured to run a third slower.
 */
function add46(view: DataView, at: number, prime: number, sums: Float64Array): boolean {
  let inRange = true
  for (let index = 0, from = at; index < sums.length; index += 8, from += 46) {
    const high0 = view.getUint16(from + 4, true) & 0x3fff
    const high1 = (view.getUint32(from + 8, true) >>> 8) & 0xfffff
    const high2 = (view.getUint32(from + 14, true) >>> 8) & 0x3ffff
    const value0 = view.getUint32(from, true) + high0 * TWO_32
    const value1 = (view.getUint32(from + 5, true) >>> 6) + high1 * 2 ** 26
    const value2 = (view.getUint32(from + 11, true) >>> 4) + high2 * 2 ** 28
    const value3 =
      (view.getUint32(from + 17, true) >>> 2) + view.getUint16(from + 21, true) * 2 ** 30
    const high4 = view.getUint16(from + 27, true) & 0x3fff
    const high5 = (view.getUint32(from + 31, true) >>> 8) & 0xfffff
    const high6 = (view.getUint32(from + 37, true) >>> 8) & 0x3ffff
    const value4 = view.getUint32(from + 23, true) + high4 * TWO_32
    const value5 = (view.getUint32(from + 28, true) >>> 6) + high5 * 2 ** 26
    const value6 = (view.getUint32(from + 34, true) >>> 4) + high6 * 2 ** 28
    const value7 =
      (view.getUint32(from + 40, true) >>> 2) + view.getUint16(from + 44, true) * 2 ** 30
    if (value0 >= prime || value1 >= prime || value2 >= prime || value3 >= prime) inRange = false
    if (value4 >= prime || value5 >= prime || value6 >= prime || value7 >= prime) inRange = false
    sums[index] = (sums[index] as number) + value0
    sums[index + 1] = (sums[index + 1] as number) + value1
    sums[index + 2] = (sums[index + 2] as number) + value2
    sums[index + 3] = (sums[index + 3] as number) + value3
    sums[index + 4] = (sums[index + 4] as number) + value4
    sums[index + 5] = (sums[index + 5] as number) + value5
    sums[index + 6] = (sums[index + 6] as number) + value6
    sums[index + 7] = (sums[index + 7] as number) + value7
  }
  return inRange
}

function addAny({ view, at, width }: RowSource, prime: number, sums: Float64Array): boolean {
  let inRange = true
  for (let index = 0; index < sums.length; index++) {
    const value = readBits(view, at, index * width, width)
    if (value >= prime) inRange = false
    sums[index] = (sums[index] as number) + value
  }
  return inRange
}

/** The low `shift` bits fall away before anything is added, so all stays exact below 2^53. */
function readBits(view: DataView, at: number, bit: number, width: number): number {
  const shift = bit % 8
  const first = at + Math.floor(bit / 8)
  const length = Math.ceil((shift + width) / 8)
  let value = view.getUint8(first) >>> shift
  for (let byte = 1; byte < length; byte++) {
    value += view.getUint8(first + byte) * 2 ** (8 * byte - shift)
  }
  return value % 2 ** width
}

/** ORs up to 24 bits in at bit position `bit`; never writes past the last one that is set. */
function orBits(bytes: Uint8Array, bit: number, value: number): void {
  let at = Math.floor(bit / 8)
  for (let rest = value << (bit % 8); rest !== 0; rest >>>= 8) {
    bytes[at] = (bytes[at] as number) | (rest & 255)
    at++
  }
}
