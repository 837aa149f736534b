/*
 * Pads keep values from the release authority: the consumer gives every holder a seed of its own
 * (sealed), the holder adds the seed's stream to its value coefficients before encryption, and
 * only the consumer can take the sum of all streams away again. A holder knows no other's pad.
 */

import { type KeyBinding, labelledKey } from './labelled-key.ts'
import { addStreams, type SignedStream, type SlotRange } from './prg.ts'
import type { Random } from './random.ts'
import { Secret } from './secret.ts'

/** Where a pad lies: a range of one chunk. */
export interface PadTask extends SlotRange {
  readonly chunk: number
}

const LABEL = 'baotu/p1/v1/pad'

/** A fresh 32-byte pad seed, one per holder and session. */
export function createPadSeed(random: Random): Secret {
  return Secret.random(32, random)
}

/** HKDF(salt H, ikm = seed, info = label ‖ 0x00 ‖ panelId): the key of a holder's pad stream. */
export function derivePadKey(seed: Secret, binding: KeyBinding): Secret {
  return seed.use((bytes) => labelledKey(bytes, LABEL, binding))
}

/** The holder's side: values[i] ← values[i] + pad[i] mod 2^50 over the range, in place. */
export function addPads(values: BigUint64Array, task: PadTask, key: Secret): void {
  addStreams(values, task.chunk, [{ key, sign: 1 }], task)
}

/**
 * The consumer's side: takes every holder's pad out of the sum, in place. A key too few or too
 * many leaves uniform noise, which the value canary shows.
 */
export function removePads(values: BigUint64Array, task: PadTask, keys: readonly Secret[]): void {
  const streams = keys.map((key): SignedStream => ({ key, sign: -1 }))
  addStreams(values, task.chunk, streams, task)
}
