import type { CryptoKey, JWK } from 'jose'
import type { Signer } from './jws.ts'

/** What a key may do: `sign` messages (Ed25519), or have messages `seal`ed to it (X25519). */
export type KeyPurpose = 'sign' | 'seal'

/** One published key. Times are ms since epoch; valid while notBefore ≤ now < notAfter. */
export type PublicKeyRecord = {
  /** RFC 7638 thumbprint of `jwk`. */
  readonly kid: string
  readonly purpose: KeyPurpose
  readonly jwk: PublicJwk
  readonly notBefore: number
  readonly notAfter: number
}

/** RFC 8037 public key: `x` is 32 bytes in base64url. */
export type PublicJwk = {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519' | 'X25519'
  readonly x: string
}

/** A key pair that others seal to; the private half opens and cannot be exported. */
export interface SealingKey {
  readonly kid: string
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/**
 * A participant's own keys by purpose. Rotation makes new keys current at once; the old public
 * keys stay listed until their notAfter, so that what they signed still verifies and what was
 * sealed to them still opens. Every method but `rotate` is without waiting.
 */
export interface KeyProvider {
  readonly did: string
  /** Signs with the newest valid key; `KEY_EXPIRED` when none is valid. */
  signer(): Signer
  /** The newest valid key that others should seal to; `KEY_EXPIRED` when none is valid. */
  sealing(): SealingKey
  /** The sealing key of that id while it is valid, also after rotation; else undefined. */
  opening(kid: string): SealingKey | undefined
  /** All keys not yet past notAfter, newest last: what the directory publishes. */
  publicKeys(): readonly PublicKeyRecord[]
  /** Makes a fresh pair of keys, one per purpose, and keeps it before it is used. */
  rotate(): Promise<void>
}

/** The `key` callback of `verifyJws`: the signing key of that id, if valid at `at` (ms). */
export function signingKeys(
  records: readonly PublicKeyRecord[],
  at: number,
): (kid: string) => JWK | undefined {
  const usable = records.filter(({ purpose, notBefore, notAfter }) => {
    return purpose === 'sign' && notBefore <= at && at < notAfter
  })
  return (kid) => usable.find((record) => record.kid === kid)?.jwk
}
