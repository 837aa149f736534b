/**
 * SM2 signatures (GB/T 32918.2) with SM3, over the curve and with the default signer identifier of
 * GM/T 0009. Written on noble's curve arithmetic, because Node's own SM2 signs plain ECDSA or an
 * empty identifier, and refuses correct signatures. Not constant-time: for documents, not for keys
 * that an attacker can make sign at will.
 */
import { createHash } from 'node:crypto'
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import type { Random } from '#crypto/random'
import { CryptoError } from '../errors.ts'

const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}
const Point = weierstrass(CURVE)
const SIGNER_ID = Buffer.from('1234567812345678')

/** Bytes of a seed: 64 bits more than the order has, so that no private key is likelier. */
export const SM2_SEED_BYTES = 40

/** The private scalar, 32 bytes, of a random or derived seed (FIPS 186-5, A.2.1: extra bits). */
export function sm2PrivateKey(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  if (seed.length !== SM2_SEED_BYTES) throw new CryptoError('SM2_KEY', 'a seed of 40 bytes')
  return Uint8Array.from(bytes((toBig(seed) % (CURVE.n - 2n)) + 1n))
}

/** Uncompressed public key, 65 bytes, of a private scalar of 32 bytes. */
export function sm2PublicKey(privateKey: Uint8Array): Uint8Array {
  return Point.BASE.multiply(scalar(privateKey)).toBytes(false)
}

/** r ‖ s, 64 bytes. `random` gives the one-time scalar: never a repeated one. */
export function sm2Sign(message: Uint8Array, privateKey: Uint8Array, random: Random): Uint8Array {
  const d = scalar(privateKey)
  const e = digest(message, sm2PublicKey(privateKey))
  for (;;) {
    const k = toBig(random(32))
    if (k === 0n || k >= CURVE.n) continue
    const r = mod(e + Point.BASE.multiply(k).toAffine().x)
    const s = mod(Point.Fn.inv(1n + d) * mod(k - r * d))
    if (r !== 0n && r + k !== CURVE.n && s !== 0n) return Buffer.concat([bytes(r), bytes(s)])
  }
}

/** True for a signature of exactly this message by the holder of the key. */
export function sm2Verify(
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64) return false
  const [r, s] = [toBig(signature.subarray(0, 32)), toBig(signature.subarray(32))]
  const t = mod(r + s)
  if (r === 0n || r >= CURVE.n || s === 0n || s >= CURVE.n || t === 0n) return false
  const sum = Point.BASE.multiplyUnsafe(s).add(point(publicKey).multiplyUnsafe(t))
  return !sum.is0() && mod(digest(message, publicKey) + sum.toAffine().x) === r
}

// e = SM3(ZA ‖ M), ZA = SM3(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ public key)
function digest(message: Uint8Array, publicKey: Uint8Array): bigint {
  const length = Buffer.from([0, SIGNER_ID.length * 8])
  const curve = [CURVE.a, CURVE.b, CURVE.Gx, CURVE.Gy].map(bytes)
  const z = sm3(length, SIGNER_ID, ...curve, publicKey.subarray(1))
  return toBig(sm3(z, message))
}

function point(publicKey: Uint8Array) {
  try {
    if (publicKey.length !== 65) throw new RangeError('length')
    const found = Point.fromBytes(publicKey)
    found.assertValidity()
    return found
  } catch (cause) {
    throw new CryptoError('SM2_KEY', 'not an uncompressed SM2 public key', { cause })
  }
}

function scalar(privateKey: Uint8Array): bigint {
  const d = toBig(privateKey)
  if (privateKey.length !== 32 || d === 0n || d >= CURVE.n - 1n) {
    throw new CryptoError('SM2_KEY', 'not an SM2 private key')
  }
  return d
}

function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sm3')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const mod = (value: bigint): bigint => ((value % CURVE.n) + CURVE.n) % CURVE.n
const toBig = (value: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`)
const bytes = (value: bigint): Uint8Array =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
