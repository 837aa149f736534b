/*
 * Pairwise zero-sum masks (Bonawitz et al. 2017, without recovery shares): every pair of holders
 * shares a key, the earlier one in the roster adds its stream, the later one subtracts it. What
 * is given: the sum of *all* masked vectors is exact, and any proper part of the roster's sum is
 * uniform to everybody outside that part. What is not: a missing holder makes the sum useless
 * (protocols.md 3.4), and N−1 colluding holders see the remaining one.
 */

import { CryptoError } from './errors.ts'
import { type KeyBinding, labelledKey } from './labelled-key.ts'
import { addStreams, type SignedStream, type SlotRange } from './prg.ts'
import type { Random } from './random.ts'
import { Secret } from './secret.ts'
import { x25519PublicKey, x25519SharedSecret } from './x25519.ts'

/** A fresh X25519 pair of one holder for one session; never stored, never used twice. */
export interface MaskKeyPair {
  /** 32 bytes, goes into the holder's signed advert and so into the transcript. */
  readonly publicKey: Uint8Array
  readonly secret: Secret
}

/** A key shared with the holder that stands at `index` of the roster. */
export interface PairKey {
  readonly index: number
  readonly key: Secret
}

/** Which chunk is masked, as whom, and with whom. */
export interface MaskTask extends SlotRange {
  readonly chunk: number
  readonly ownIndex: number
  /** One key for every other holder of the roster, at least two. */
  readonly pairKeys: readonly PairKey[]
}

const KEY_BYTES = 32
const LABEL = 'baotu/p1/v1/mask'
const FIELD_PRIME = 2n ** 255n - 19n

/** A fresh mask key pair. */
export function createMaskKeyPair(random: Random): MaskKeyPair {
  const secret = Secret.random(KEY_BYTES, random)
  return { publicKey: x25519PublicKey(secret), secret }
}

/**
 * The key that two holders share: HKDF(salt H, ikm = ss ‖ min(pk) ‖ max(pk), info = label ‖ 0x00 ‖
 * panelId) with ss = X25519. Both sides derive the same. Refuses with `MASK_PEER_KEY` a key that
 * is not 32 bytes, not canonical (u ≥ p), our own, or of low order (all-zero shared secret).
 */
export function derivePairKey(own: MaskKeyPair, peer: Uint8Array, binding: KeyBinding): Secret {
  checkPeer(own, peer)
  const [low, high] =
    Buffer.compare(own.publicKey, peer) < 0 ? [own.publicKey, peer] : [peer, own.publicKey]
  using shared = Secret.take(agree(own, peer))
  const ikm = new Uint8Array(3 * KEY_BYTES)
  ikm.set(low, KEY_BYTES)
  ikm.set(high, 2 * KEY_BYTES)
  shared.use((bytes) => ikm.set(bytes))
  using input = Secret.take(ikm)
  return input.use((bytes) => labelledKey(bytes, LABEL, binding))
}

/**
 * values[i] ← values[i] + Σ_{j>own} PRG(key_j) − Σ_{j<own} PRG(key_j) mod 2^50, in place, over
 * the range. `MASK_ROSTER` when fewer than two others are named, one twice, or the holder itself:
 * with two holders a mask would hide nothing, so a shorter roster is refused, not served.
 */
export function addPairwiseMasks(values: BigUint64Array, task: MaskTask): void {
  const { chunk, ownIndex, pairKeys } = task
  const indices = new Set([ownIndex, ...pairKeys.map(({ index }) => index)])
  if (pairKeys.length < 2 || indices.size !== pairKeys.length + 1) {
    throw new CryptoError('MASK_ROSTER', `${pairKeys.length} pair keys make no roster of 3 or more`)
  }
  const streams = pairKeys.map(
    ({ index, key }): SignedStream => ({ key, sign: ownIndex < index ? 1 : -1 }),
  )
  addStreams(values, chunk, streams, task)
}

function checkPeer({ publicKey }: MaskKeyPair, peer: Uint8Array): void {
  const canonical = peer.length === KEY_BYTES && littleEndian(peer) < FIELD_PRIME
  if (!canonical || Buffer.compare(publicKey, peer) === 0) {
    throw new CryptoError('MASK_PEER_KEY', `peer key of ${peer.length} bytes is unusable`)
  }
}

function agree({ secret }: MaskKeyPair, peer: Uint8Array): Uint8Array {
  try {
    return x25519SharedSecret(secret, peer)
  } catch (cause) {
    throw new CryptoError('MASK_PEER_KEY', 'peer key is of low order', { cause })
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}
