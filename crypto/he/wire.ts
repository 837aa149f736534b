import { CryptoError } from '../errors.ts'
import { addRow, packRow, type RowSource, rowBytes, unpackRow, widthOf } from './bit-pack.ts'
import type { ParameterSet } from './parameters.ts'
import { asCheckedResidues, type Residues, residueCount, rowOf, rowPrimes } from './residues.ts'
import {
  ciphertextResidues,
  PRNG_SEED_BYTES,
  PRNG_TYPE_BLAKE2XB,
  type SeededPublicKey,
  seededKeyParts,
} from './seal-bytes.ts'

/*
 * The only form in which ciphertexts and keys cross a network. Decoding is the validation: there
 * is one byte string per object and no way to say a size, a level, a form or a compression, so a
 * foreign byte reaches SEAL only as a residue that was range-checked here.
 *
 *   header, 8 bytes: 'BTHE', version 1, kind (1 ciphertext, 2 public key), set, 0
 *   ciphertext:  c0 mod q0, c0 mod q1 …, c1 mod q0, c1 mod q1 …  (rows as in bit-pack.ts)
 *   public key:  p0 mod q0, p0 mod q1 …, p0 mod special (NTT form), PRNG type 1, 64-byte seed
 *
 * A public key carries the seed of p1 and never p1 itself, so p1 is always hash output: a crafted
 * p1 = 0 would make every encryption under it readable.
 */

const MAGIC = [0x42, 0x54, 0x48, 0x45] as const
const VERSION = 1
const KINDS = { ciphertext: 1, publicKey: 2 } as const
const HEADER_BYTES = 8

type Kind = keyof typeof KINDS

/** Exact size in bytes of a ciphertext of that set: 94,216 for TAB. */
export function ciphertextWireBytes(set: ParameterSet): number {
  return HEADER_BYTES + rowsBytes(set, rowPrimes(set))
}

/** Exact size in bytes of a public key of that set: 55,881 for TAB. */
export function publicKeyWireBytes(set: ParameterSet): number {
  return HEADER_BYTES + rowsBytes(set, keyPrimes(set)) + 1 + PRNG_SEED_BYTES
}

/** The wire form of a fresh ciphertext that our own SEAL instance saved uncompressed. */
export function packCiphertext(set: ParameterSet, sealBytes: Uint8Array): Uint8Array {
  return packResidues(ciphertextResidues(set, sealBytes))
}

/** The wire form of a ciphertext: equal residues give equal bytes, so it can be hashed. */
export function packResidues({ set, values }: Residues): Uint8Array {
  const wire = frame(set, 'ciphertext', ciphertextWireBytes(set))
  packRows(set, rowPrimes(set), values, wire)
  return wire
}

/**
 * Decodes a ciphertext of unknown origin. `HE_WIRE` unless it is exactly one ciphertext of `set`:
 * exact length and header, every residue below its prime, c1 not zero modulo any prime. Time and
 * memory do not depend on what the bytes of a ciphertext say.
 */
export function unpackCiphertext(set: ParameterSet, wire: Uint8Array): Residues {
  const values = new Float64Array(residueCount(set))
  addCiphertext(set, wire, values)
  return asCheckedResidues(set, values)
}

/**
 * The same, added to residues that stand in `sums`, row by row and without copies: a sum of
 * thousands reads each byte once. A refusal leaves `sums` as it was: integers below 2^53 are taken
 * back exactly. The caller reduces before 2^53.
 */
export function addCiphertext(set: ParameterSet, wire: Uint8Array, sums: Float64Array): void {
  requireFrame(set, 'ciphertext', ciphertextWireBytes(set), wire)
  const rows = rowsOf(set, rowPrimes(set), wire)
  if (rows.slice(set.dataPrimes.length).some((row) => isZero(row, wire))) {
    refuse('transparent ciphertext')
  }
  for (const [index, row] of rows.entries()) {
    if (addRow(row, row.prime, rowOf(set, sums, index))) continue
    for (let at = index; at >= 0; at--) takeBack(rows[at] as WireRow, rowOf(set, sums, at))
    refuse(`residue out of range in row ${index}`)
  }
}

function isZero({ at, bytes }: WireRow, wire: Uint8Array): boolean {
  return wire.subarray(at, at + bytes).every((byte) => byte === 0)
}

function takeBack(row: WireRow, sums: Float64Array): void {
  const added = new Float64Array(sums.length)
  unpackRow(row, row.prime, added)
  for (let index = 0; index < sums.length; index++) {
    sums[index] = (sums[index] as number) - (added[index] as number)
  }
}

/** The wire form of a public key that our own SEAL instance saved seeded and uncompressed. */
export function packPublicKey(set: ParameterSet, sealBytes: Uint8Array): Uint8Array {
  const { p0, seed } = seededKeyParts(set, sealBytes)
  const wire = frame(set, 'publicKey', publicKeyWireBytes(set))
  packRows(set, keyPrimes(set), p0, wire)
  wire[wire.length - PRNG_SEED_BYTES - 1] = PRNG_TYPE_BLAKE2XB
  wire.set(seed, wire.length - PRNG_SEED_BYTES)
  return wire
}

/**
 * Decodes a public key of unknown origin. `HE_WIRE` unless exact length, header, PRNG type 1, every
 * residue of p0 below its prime and no row of p0 zero. Whether p0 is honest cannot be seen.
 */
export function unpackPublicKey(set: ParameterSet, wire: Uint8Array): SeededPublicKey {
  requireFrame(set, 'publicKey', publicKeyWireBytes(set), wire)
  const seedAt = wire.length - PRNG_SEED_BYTES
  if (wire[seedAt - 1] !== PRNG_TYPE_BLAKE2XB) refuse('unknown PRNG type')
  const p0 = new Float64Array(keyPrimes(set).length * set.degree)
  unpackRows(set, keyPrimes(set), wire, p0)
  for (const index of keyPrimes(set).keys()) {
    if (rowOf(set, p0, index).every((value) => value === 0)) refuse('zero row in public key')
  }
  return { set, p0, seed: wire.slice(seedAt) }
}

function keyPrimes(set: ParameterSet): readonly number[] {
  return [...set.dataPrimes, set.specialPrime]
}

function rowsBytes({ degree: count }: ParameterSet, primes: readonly number[]): number {
  return primes.reduce((sum, prime) => sum + rowBytes({ count, width: widthOf(prime) }), 0)
}

function frame(set: ParameterSet, kind: Kind, size: number): Uint8Array {
  const wire = new Uint8Array(size)
  wire.set([...MAGIC, VERSION, KINDS[kind], set.wireId, 0])
  return wire
}

function requireFrame(set: ParameterSet, kind: Kind, size: number, wire: Uint8Array): void {
  if (wire.length !== size) refuse(`${wire.length} bytes, not ${size}`)
  const header = frame(set, kind, HEADER_BYTES)
  if (Buffer.compare(wire.subarray(0, HEADER_BYTES), header) !== 0)
    refuse(`no ${kind} of ${set.id}`)
}

function packRows(
  set: ParameterSet,
  primes: readonly number[],
  values: Float64Array,
  wire: Uint8Array,
): void {
  let at = HEADER_BYTES
  for (const [index, prime] of primes.entries()) {
    const width = widthOf(prime)
    packRow(rowOf(set, values, index), width, wire, at)
    at += rowBytes({ count: set.degree, width })
  }
}

function unpackRows(
  set: ParameterSet,
  primes: readonly number[],
  wire: Uint8Array,
  values: Float64Array,
): void {
  for (const [index, row] of rowsOf(set, primes, wire).entries()) {
    const inRange = unpackRow(row, row.prime, rowOf(set, values, index))
    if (!inRange) refuse(`residue out of range in row ${index}`)
  }
}

interface WireRow extends RowSource {
  readonly prime: number
  readonly bytes: number
}

/** Where each row starts in a message of that many rows. */
function rowsOf(
  { degree: count }: ParameterSet,
  primes: readonly number[],
  wire: Uint8Array,
): readonly WireRow[] {
  const view = new DataView(wire.buffer, wire.byteOffset, wire.byteLength)
  let at = HEADER_BYTES
  return primes.map((prime) => {
    const width = widthOf(prime)
    const row = { view, at, width, prime, bytes: rowBytes({ count, width }) }
    at += row.bytes
    return row
  })
}

function refuse(reason: string): never {
  throw new CryptoError('HE_WIRE', reason)
}
