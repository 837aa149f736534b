import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { CryptoError } from './errors.ts'
import type { PublicJwk, SealingKey } from './sign/key-provider.ts'
import { DEFAULT_SUITE, suiteByTag } from './sign/suite.ts'

/** Both sides must name the same `info` (what kind of message) and `aad` (which one). */
export interface EnvelopeContext {
  /** Purpose and transcript, e.g. `baotu/p1/v1/pad-seed` ‖ 0x00 ‖ H. At most 8,000 bytes. */
  readonly info: Uint8Array
  /** Authenticated, not encrypted: sender, receiver, position. */
  readonly aad: Uint8Array
}

const HPKE = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})
const ENC_BYTES = 32
const TAG_BYTES = 16

/** Bytes by which a sealed message is longer than its plaintext: suite tag, enc, AEAD tag. */
export const ENVELOPE_OVERHEAD = 1 + ENC_BYTES + TAG_BYTES

/**
 * Seals to one recipient: HPKE base mode, one message per context (RFC 9180 section 6.1). The
 * wire is tag (1 byte) ‖ enc (32) ‖ ct; the HPKE info is utf8(suite id) ‖ 0x00 ‖ info, so that an
 * envelope cannot be moved to another suite. Base mode says nothing about the sender: sign the
 * digest of what you seal. `ENVELOPE_KEY` when the recipient's key is no X25519 point of use.
 */
export async function seal(
  { recipient, info, aad }: EnvelopeContext & { readonly recipient: PublicJwk },
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const recipientPublicKey = await publicKey(recipient)
  const { enc, ct } = await HPKE.seal(
    { recipientPublicKey, info: boundInfo(info) },
    Uint8Array.from(plaintext),
    Uint8Array.from(aad),
  ).catch(refuseWith('ENVELOPE_KEY', 'cannot seal to this key'))
  return joined(Uint8Array.of(DEFAULT_SUITE.tag), new Uint8Array(enc), new Uint8Array(ct))
}

/**
 * Opens what was sealed to `key`. `ENVELOPE_MALFORMED` for a wrong length, `SUITE_UNKNOWN` for an
 * unknown tag, and one indistinguishable `ENVELOPE_OPEN` for another key, info, aad or any change.
 */
export async function open(
  { key, info, aad }: EnvelopeContext & { readonly key: SealingKey },
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed.length < ENVELOPE_OVERHEAD) {
    throw new CryptoError('ENVELOPE_MALFORMED', `${sealed.length} bytes hold no envelope`)
  }
  suiteByTag(sealed[0])
  const { privateKey, publicKey } = key
  const recipientKey = { privateKey, publicKey }
  const enc = sealed.slice(1, 1 + ENC_BYTES)
  const opened = await HPKE.open(
    { recipientKey, enc, info: boundInfo(info) },
    sealed.slice(1 + ENC_BYTES),
    Uint8Array.from(aad),
  ).catch(refuseWith('ENVELOPE_OPEN', 'envelope does not open'))
  return new Uint8Array(opened)
}

async function publicKey(jwk: PublicJwk) {
  const { kty, crv, x } = jwk
  return HPKE.kem
    .importKey('jwk', { kty, crv, x }, true)
    .catch(refuseWith('ENVELOPE_KEY', 'recipient key is no X25519 public key'))
}

function boundInfo(info: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(new TextEncoder().encode(`${DEFAULT_SUITE.id}\0`), info)
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function refuseWith(code: 'ENVELOPE_KEY' | 'ENVELOPE_OPEN', message: string) {
  return (cause: unknown): never => {
    throw new CryptoError(code, message, { cause })
  }
}
