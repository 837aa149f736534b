import { CryptoError } from '../errors.ts'
import type { ParameterSet } from './parameters.ts'
import { asResidues, type Residues, residueCount } from './residues.ts'

/*
 * SEAL 4.1's own serialisation, uncompressed, little-endian. Only this file knows the offsets.
 * Object header: 5e a1, 16 (header size), 4 1 (version), mode 0, 0 0, u64 size of all.
 * Ciphertext members: parms_id @16 (32), ntt form u8 @48, size u64 @49, degree @57, primes @65,
 * scale f64 @73, correction factor u64 @81; array: header @89, count u64 @105, words @113.
 * Plaintext members: parms_id zero @16, count u64 @48, scale f64 @56; array: header @64, count @80,
 * words @88. A seeded ciphertext stores c0 alone; after its words: header, PRNG type u8, 64-byte
 * seed. A public key is a ciphertext at the key level in NTT form. 113 is unaligned, so words
 * go through a DataView.
 */

const HEADER_BYTES = 16
const HEADER = Uint8Array.of(0x5e, 0xa1, HEADER_BYTES, 4, 1, 0, 0, 0)
const WORD_BYTES = 8
const ARRAY_HEADER_BYTES = HEADER_BYTES + WORD_BYTES
const PARMS_ID_BYTES = 32
const TWO_32 = 2 ** 32

const CIPHERTEXT = { array: 89, words: 113 }
const PLAINTEXT = { array: 64, words: 88 }

/** Bytes of the seed of SEAL's PRNG, and the type number of Blake2xb: the only one accepted. */
export const PRNG_SEED_BYTES = 64
export const PRNG_TYPE_BLAKE2XB = 1
const SEED_BYTES = HEADER_BYTES + 1 + PRNG_SEED_BYTES

/** Public key in the seeded form: p0 over all primes (special last), and the seed of p1. */
export interface SeededPublicKey {
  readonly set: ParameterSet
  /** (data primes + 1) × degree residues in NTT form. */
  readonly p0: Float64Array
  readonly seed: Uint8Array
}

/** SEAL's plaintext with the given coefficients; the caller has checked them to be below t. */
export function plaintextBytes(coefficients: BigUint64Array): Uint8Array {
  const { bytes, view } = blank(PLAINTEXT.words + WORD_BYTES * coefficients.length)
  view.setBigUint64(48, BigInt(coefficients.length), true)
  view.setFloat64(56, 1, true)
  writeArrayHeader(bytes, PLAINTEXT.array, coefficients.length)
  for (const [index, value] of coefficients.entries()) {
    view.setBigUint64(PLAINTEXT.words + WORD_BYTES * index, value, true)
  }
  return bytes
}

/** The coefficients SEAL stored: it trims leading zeros, so there may be fewer than degree. */
export function plaintextWords(bytes: Uint8Array): BigUint64Array {
  const view = viewOf(bytes)
  const count = (bytes.length - PLAINTEXT.words) / WORD_BYTES
  const words = new BigUint64Array(count)
  const expected = plaintextBytes(words)
  requireSame(bytes, expected, 0, PLAINTEXT.words)
  for (let index = 0; index < count; index++) {
    words[index] = view.getBigUint64(PLAINTEXT.words + WORD_BYTES * index, true)
  }
  return words
}

/** SEAL's serialisation of a data-level ciphertext in coefficient form, as `saveToArray` makes it. */
export function ciphertextBytes({ set, values }: Residues): Uint8Array {
  const bytes = ciphertextFrame(set, 'data', values.length, 0)
  writeWords(bytes, values)
  return bytes
}

/** Reads what `ciphertextBytes` writes; any other byte in the frame refuses with `HE_WIRE`. */
export function ciphertextResidues(set: ParameterSet, bytes: Uint8Array): Residues {
  const frame = ciphertextFrame(set, 'data', residueCount(set), 0)
  requireSame(bytes, frame, 0, CIPHERTEXT.words)
  return asResidues(set, readWords(bytes, residueCount(set)))
}

/** SEAL's serialisation of a seeded public key. */
export function seededKeyBytes({ set, p0, seed }: SeededPublicKey): Uint8Array {
  const bytes = ciphertextFrame(set, 'key', p0.length, SEED_BYTES)
  writeWords(bytes, p0)
  const at = bytes.length - SEED_BYTES
  writeHeader(bytes, at, SEED_BYTES)
  bytes[at + HEADER_BYTES] = PRNG_TYPE_BLAKE2XB
  bytes.set(seed, at + HEADER_BYTES + 1)
  return bytes
}

/** Reads what `seededKeyBytes` writes; any other byte refuses. Ranges are the wire's to check. */
export function seededKeyParts(set: ParameterSet, bytes: Uint8Array): SeededPublicKey {
  const count = (set.dataPrimes.length + 1) * set.degree
  const seed = bytes.slice(bytes.length - PRNG_SEED_BYTES)
  if (seed.length !== PRNG_SEED_BYTES) refuse(`${bytes.length} bytes are no public key`)
  const frame = seededKeyBytes({ set, p0: new Float64Array(count), seed })
  requireSame(bytes, frame, 0, CIPHERTEXT.words)
  requireSame(bytes, frame, frame.length - SEED_BYTES, frame.length)
  return { set, p0: readWords(bytes, count), seed }
}

function ciphertextFrame(set: ParameterSet, level: 'data' | 'key', count: number, extra: number) {
  const { bytes, view } = blank(CIPHERTEXT.words + WORD_BYTES * count + extra)
  const isKey = level === 'key'
  bytes.set(Buffer.from(isKey ? set.keyParmsId : set.dataParmsId, 'hex'), HEADER_BYTES)
  bytes[HEADER_BYTES + PARMS_ID_BYTES] = isKey ? 1 : 0
  view.setBigUint64(49, 2n, true)
  view.setBigUint64(57, BigInt(set.degree), true)
  view.setBigUint64(65, BigInt(set.dataPrimes.length + (isKey ? 1 : 0)), true)
  view.setFloat64(73, 1, true)
  view.setBigUint64(81, 1n, true)
  writeArrayHeader(bytes, CIPHERTEXT.array, count)
  return bytes
}

function blank(size: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(size)
  writeHeader(bytes, 0, size)
  return { bytes, view: viewOf(bytes) }
}

function writeArrayHeader(bytes: Uint8Array, at: number, count: number): void {
  writeHeader(bytes, at, ARRAY_HEADER_BYTES + WORD_BYTES * count)
  viewOf(bytes).setBigUint64(at + HEADER_BYTES, BigInt(count), true)
}

function writeHeader(bytes: Uint8Array, at: number, size: number): void {
  bytes.set(HEADER, at)
  viewOf(bytes).setBigUint64(at + WORD_BYTES, BigInt(size), true)
}

function writeWords(bytes: Uint8Array, values: Float64Array): void {
  const view = viewOf(bytes)
  for (const [index, value] of values.entries()) {
    const at = CIPHERTEXT.words + WORD_BYTES * index
    view.setUint32(at, value % TWO_32, true)
    view.setUint32(at + 4, Math.floor(value / TWO_32), true)
  }
}

/** Words as doubles. A word ≥ 2^53 loses bits but stays far out of every prime's range. */
function readWords(bytes: Uint8Array, count: number): Float64Array {
  const view = viewOf(bytes)
  const values = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const at = CIPHERTEXT.words + WORD_BYTES * index
    values[index] = view.getUint32(at, true) + TWO_32 * view.getUint32(at + 4, true)
  }
  return values
}

function requireSame(bytes: Uint8Array, expected: Uint8Array, from: number, to: number): void {
  const same = Buffer.compare(bytes.subarray(from, to), expected.subarray(from, to)) === 0
  if (bytes.length !== expected.length || !same) refuse(`${bytes.length} bytes are not this object`)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function refuse(reason: string): never {
  throw new CryptoError('HE_WIRE', reason)
}
