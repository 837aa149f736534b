import { createCipheriv } from 'node:crypto'
import { CryptoError } from './errors.ts'
import type { Secret } from './secret.ts'

/** Slots of one chunk: the coefficients of one plaintext polynomial. */
export const CHUNK_SLOTS = 4096

/** Masks, pads and plaintext coefficients are residues modulo 2^50. */
export const SLOT_BITS = 50n

/** A residue is a word AND this mask: the modulus is a power of two, so nothing is rejected. */
export const SLOT_MASK = (1n << SLOT_BITS) - 1n

/** A part [from, to) of one chunk; the whole chunk when both are left out. */
export interface SlotRange {
  readonly from?: number
  readonly to?: number
}

const WORD_BYTES = 8
const BLOCK_BYTES = 16
const ZEROS = new Uint8Array(CHUNK_SLOTS * WORD_BYTES)
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** A key's stream, added or taken away. */
export interface SignedStream {
  readonly key: Secret
  readonly sign: 1 | -1
}

/**
 * The 4,096 pseudo-random residues of chunk `chunk` under a 32-byte key: the AES-256-CTR key
 * stream from counter block I2OSP(chunk, 8) ‖ 0^8, read as little-endian 64-bit words AND 2^50−1.
 * Chunks never overlap (each uses 2,048 of its 2^64 counters) and are independent of each other.
 * `SECRET_LENGTH` for another key size; `chunk` is an integer ≥ 0.
 */
export function expandChunk(key: Secret, chunk: number): BigUint64Array {
  const residues = new BigUint64Array(CHUNK_SLOTS)
  addStreams(residues, chunk, [{ key, sign: 1 }])
  return residues
}

/**
 * values[i] ← values[i] + Σ ±stream[i] mod 2^50 over the range, in place. Whole words are added
 * modulo 2^64 and masked once: 2^50 divides 2^64.
 */
export function addStreams(
  values: BigUint64Array,
  chunk: number,
  streams: readonly SignedStream[],
  range: SlotRange = {},
): void {
  const { from, to } = checkedRange(values, range)
  const sums = new BigUint64Array(CHUNK_SLOTS)
  for (const { key, sign } of streams) {
    const words = keyStream(key, chunk)
    if (sign === 1) addWords(sums, words)
    else subtractWords(sums, words)
  }
  addWords(sums, values)
  for (let slot = from; slot < to; slot++) values[slot] = word(sums, slot) & SLOT_MASK
}

/**
 * Four at a time for the same reason as in he/evaluate.ts: a loop that V8 inlines into this rarely
 * called caller never reaches its last compiler, the only one that adds words without allocating.
 */
function addWords(sums: BigUint64Array, words: BigUint64Array): void {
  for (let slot = 0; slot < sums.length; slot += 4) {
    sums[slot] = BigInt.asUintN(64, word(sums, slot) + word(words, slot))
    sums[slot + 1] = BigInt.asUintN(64, word(sums, slot + 1) + word(words, slot + 1))
    sums[slot + 2] = BigInt.asUintN(64, word(sums, slot + 2) + word(words, slot + 2))
    sums[slot + 3] = BigInt.asUintN(64, word(sums, slot + 3) + word(words, slot + 3))
  }
}

function subtractWords(sums: BigUint64Array, words: BigUint64Array): void {
  for (let slot = 0; slot < sums.length; slot += 4) {
    sums[slot] = BigInt.asUintN(64, word(sums, slot) - word(words, slot))
    sums[slot + 1] = BigInt.asUintN(64, word(sums, slot + 1) - word(words, slot + 1))
    sums[slot + 2] = BigInt.asUintN(64, word(sums, slot + 2) - word(words, slot + 2))
    sums[slot + 3] = BigInt.asUintN(64, word(sums, slot + 3) - word(words, slot + 3))
  }
}

function word(words: BigUint64Array, slot: number): bigint {
  return words[slot] as bigint
}

function keyStream(key: Secret, chunk: number): BigUint64Array {
  if (key.length !== 32) throw new CryptoError('SECRET_LENGTH', `key of ${key.length} bytes`)
  const stream = key.use((bytes) =>
    createCipheriv('aes-256-ctr', bytes, counterBlock(chunk)).update(ZEROS),
  )
  return littleEndianWords(stream)
}

function checkedRange(values: BigUint64Array, { from = 0, to = CHUNK_SLOTS }: SlotRange) {
  const inside = 0 <= from && from <= to && to <= CHUNK_SLOTS
  if (values.length !== CHUNK_SLOTS || !inside) throw new RangeError('not a range of one chunk')
  return { from, to }
}

function counterBlock(chunk: number): Uint8Array {
  if (!Number.isSafeInteger(chunk) || chunk < 0) throw new RangeError('chunk is no index')
  const block = Buffer.alloc(BLOCK_BYTES)
  block.writeBigUInt64BE(BigInt(chunk))
  return block
}

function littleEndianWords(bytes: Buffer): BigUint64Array {
  if (!LITTLE_ENDIAN) bytes.swap64()
  const aligned = bytes.byteOffset % WORD_BYTES === 0 ? bytes : new Uint8Array(bytes)
  return new BigUint64Array(aligned.buffer, aligned.byteOffset, CHUNK_SLOTS)
}
