import { createPrivateKey, createPublicKey } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint } from 'jose'
import type { Secret } from '../secret.ts'
import type { KeyPurpose, PublicJwk } from './key-provider.ts'

/** A key pair of one purpose; the private half is non-extractable. */
export interface KeyPair {
  readonly kid: string
  readonly jwk: PublicJwk
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/** Bytes of a private seed, for Ed25519 (RFC 8032) and X25519 (RFC 7748) alike. */
export const SEED_BYTES = 32

// RFC 8410: PKCS #8 of a 32-byte seed is a fixed prefix, the seed last; byte 11 is the curve.
const PKCS8_PREFIX = '302e020100300506032b65ff04220420'
const CURVES = {
  sign: { name: 'Ed25519', oid: 0x70, secretUsage: 'sign', publicUsage: ['verify'] },
  seal: { name: 'X25519', oid: 0x6e, secretUsage: 'deriveBits', publicUsage: [] },
} as const

/** The pair that belongs to a 32-byte seed; kid is the RFC 7638 thumbprint of the public key. */
export async function keyPairFromSeed(purpose: KeyPurpose, seed: Secret): Promise<KeyPair> {
  const curve = CURVES[purpose]
  const der = pkcs8(curve.oid, seed)
  try {
    const jwk = publicJwk(der, curve.name)
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey('pkcs8', der, curve.name, false, [curve.secretUsage]),
      crypto.subtle.importKey('jwk', jwk, curve.name, true, curve.publicUsage),
    ])
    return { kid: await calculateJwkThumbprint(jwk), jwk, publicKey, privateKey }
  } finally {
    der.fill(0)
  }
}

function pkcs8(oid: number, seed: Secret): Uint8Array<ArrayBuffer> {
  const der = new Uint8Array(16 + SEED_BYTES)
  der.set(Buffer.from(PKCS8_PREFIX, 'hex'))
  der[11] = oid
  seed.use((bytes) => der.set(bytes, 16))
  return der
}

function publicJwk(der: Uint8Array, crv: PublicJwk['crv']): PublicJwk {
  const key = createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return { kty: 'OKP', crv, x: String(x) }
}
